// One answer with everything in it, as each provider writes it.
import type { Api } from '../recordings.ts';

const TEXT = 'It is sunny.';
const THOUGHT = 'Look out of the window.';
export const SIGNATURE = Buffer.from('a signature of the provider').toString('base64');
export const URL = 'https://weather.example/today';
export const CALLS = ['look', 'listen'];
export const TOKENS = { input: 20, output: 10, cached: 5, reasoning: 4 };
const ARGS = { at: 'x' };

export const ANSWERS: Readonly<Record<Exclude<Api, 'openai.responses'>, object>> = {
  'openai.chat': {
    id: 'c1',
    object: 'chat.completion',
    created: 1,
    model: 'model-1',
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: TEXT,
          reasoning_details: [{ type: 'reasoning.text', text: THOUGHT, signature: SIGNATURE, index: 0 }],
          annotations: [{ type: 'url_citation', url_citation: { url: URL, title: 'Weather', start_index: 0, end_index: 12 } }],
          tool_calls: CALLS.map((name) => ({ id: `call_${name}`, type: 'function', function: { name, arguments: JSON.stringify(ARGS) } })),
        },
        logprobs: { content: [{ token: 'It', logprob: -0.5, bytes: null, top_logprobs: [] }], refusal: null },
        finish_reason: 'tool_calls',
      },
    ],
    usage: {
      prompt_tokens: 20,
      completion_tokens: 10,
      total_tokens: 30,
      prompt_tokens_details: { cached_tokens: 5 },
      completion_tokens_details: { reasoning_tokens: 4 },
    },
  },
  'anthropic.messages': {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'model-1',
    content: [
      { type: 'thinking', thinking: THOUGHT, signature: SIGNATURE },
      {
        type: 'text',
        text: TEXT,
        citations: [{ type: 'web_search_result_location', url: URL, title: 'Weather', cited_text: 'sunny', encrypted_index: 'e' }],
      },
      ...CALLS.map((name) => ({ type: 'tool_use', id: `toolu_${name}`, name, input: ARGS })),
    ],
    stop_reason: 'tool_use',
    stop_sequence: null,
    usage: {
      input_tokens: 15,
      cache_read_input_tokens: 5,
      cache_creation_input_tokens: 0,
      output_tokens: 10,
      output_tokens_details: { thinking_tokens: 4 },
    },
  },
  google: {
    candidates: [
      {
        index: 0,
        content: {
          role: 'model',
          parts: [
            { text: THOUGHT, thought: true },
            { text: TEXT },
            ...CALLS.map((name, index) => ({
              functionCall: { name, args: ARGS },
              ...(index === 0 ? { thoughtSignature: SIGNATURE } : {}),
            })),
          ],
        },
        finishReason: 'STOP',
        groundingMetadata: {
          groundingChunks: [{ web: { uri: URL, title: 'Weather' } }],
          groundingSupports: [{ segment: { startIndex: 0, endIndex: 12, text: TEXT }, groundingChunkIndices: [0] }],
        },
        logprobsResult: { chosenCandidates: [{ token: 'It', logProbability: -0.5, tokenId: 1 }], topCandidates: [{ candidates: [] }] },
      },
    ],
    usageMetadata: {
      promptTokenCount: 20,
      candidatesTokenCount: 6,
      thoughtsTokenCount: 4,
      cachedContentTokenCount: 5,
      totalTokenCount: 30,
    },
    modelVersion: 'model-1',
    responseId: 'r1',
  },
  bedrock: {
    output: {
      message: {
        role: 'assistant',
        content: [
          { reasoningContent: { reasoningText: { text: THOUGHT, signature: SIGNATURE } } },
          {
            citationsContent: {
              content: [{ text: TEXT }],
              citations: [
                { title: 'Weather', location: { web: { url: URL, domain: 'weather.example' } }, sourceContent: [{ text: 'sunny' }] },
              ],
            },
          },
          ...CALLS.map((name) => ({ toolUse: { toolUseId: `tooluse_${name}`, name, input: ARGS } })),
        ],
      },
    },
    stopReason: 'tool_use',
    usage: { inputTokens: 15, outputTokens: 10, totalTokens: 30, cacheReadInputTokens: 5, cacheWriteInputTokens: 0 },
    metrics: { latencyMs: 1 },
  },
};
