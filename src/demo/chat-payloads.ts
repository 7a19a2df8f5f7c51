// DEMO ONLY. The demo provider's answers in the JSON of the OpenAI API: one completion, or the chunks of a stream.
import { promptTokens, type ChatRequest, type Choice } from './chat.ts';

/** What all chunks of one answer share. */
interface Envelope {
  id: string;
  created: number;
  model: string;
  system_fingerprint: string;
}

function usageOf(request: ChatRequest, choices: readonly Choice[]): object {
  const prompt = promptTokens(request);
  const completion = choices.reduce((sum, { tokens }) => sum + tokens, 0);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0, accepted_prediction_tokens: 0, rejected_prediction_tokens: 0 },
  };
}

function envelope(request: ChatRequest, id: string, now: number): Envelope {
  return { id: `chatcmpl-demo-${id}`, created: Math.floor(now / 1000), model: request.model, system_fingerprint: 'fp_demo' };
}

function callId(id: string, index: number): string {
  return `call_demo_${id}_${index}`;
}

/** The body of an answer that is not streamed. `now` in milliseconds since the epoch. */
export function completion(request: ChatRequest, choices: readonly Choice[], id: string, now: number): object {
  return {
    ...envelope(request, id, now),
    object: 'chat.completion',
    choices: choices.map((choice, index) => {
      const said =
        choice.finishReason === 'tool_calls'
          ? { content: null, tool_calls: [{ id: callId(id, index), type: 'function', function: choice.call }] }
          : { content: choice.pieces.join('') };
      return { index, message: { role: 'assistant', refusal: null, ...said }, logprobs: null, finish_reason: choice.finishReason };
    }),
    usage: usageOf(request, choices),
  };
}

function deltasOf(choice: Choice, id: string, index: number): object[] {
  if (choice.finishReason !== 'tool_calls') {
    return [{ role: 'assistant', content: '', refusal: null }, ...choice.pieces.map((content) => ({ content }))];
  }
  const { name, arguments: json } = choice.call;
  const head = { index: 0, id: callId(id, index), type: 'function', function: { name, arguments: '' } };
  const half = Math.ceil(json.length / 2);
  return [
    { role: 'assistant', content: null, refusal: null, tool_calls: [head] },
    ...[json.slice(0, half), json.slice(half)].map((part) => ({ tool_calls: [{ index: 0, function: { arguments: part } }] })),
  ];
}

/** The chunks of a streamed answer in their order, without the closing [DONE]. */
export function chunks(request: ChatRequest, choices: readonly Choice[], id: string, now: number, includeUsage: boolean): object[] {
  const shared = { ...envelope(request, id, now), object: 'chat.completion.chunk' };
  const noUsage = includeUsage ? { usage: null } : {};
  const streamed = choices.flatMap((choice, index) => [
    ...deltasOf(choice, id, index).map((delta) => ({
      ...shared,
      choices: [{ index, delta, logprobs: null, finish_reason: null }],
      ...noUsage,
    })),
    { ...shared, choices: [{ index, delta: {}, logprobs: null, finish_reason: choice.finishReason }], ...noUsage },
  ]);
  return includeUsage ? [...streamed, { ...shared, choices: [], usage: usageOf(request, choices) }] : streamed;
}
