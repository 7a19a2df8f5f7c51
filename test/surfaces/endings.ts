// How answers of each type of provider end, what they cite and what they count; and how each SDK tells of it.
import type { ProviderType } from '../../src/api/resources.ts';
import { MODEL, streams, type Answer, type Json, type Stage } from './stage.ts';
import { frame, sse } from './upstreams.ts';

export const SOURCE = { url: 'https://news.example.com/rain', title: 'Rain' };
const TEXT = 'It rains.';
const GOOGLE_USAGE = {
  promptTokenCount: 11,
  candidatesTokenCount: 5,
  thoughtsTokenCount: 2,
  cachedContentTokenCount: 4,
  totalTokenCount: 18,
};
const OPENAI_USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
};
const CLAUDE_USAGE = { input_tokens: 7, cache_read_input_tokens: 4, output_tokens: 7 };
const AWS_USAGE = { inputTokens: 7, outputTokens: 7, totalTokens: 18, cacheReadInputTokens: 4 };

export type Ending = 'length' | 'filter' | 'stop sequence';
const REASONS: Record<ProviderType, Partial<Record<Ending, string>>> = {
  OpenAI: { length: 'length', filter: 'content_filter' },
  Other: { length: 'length', filter: 'content_filter' },
  Anthropic: { length: 'max_tokens', filter: 'refusal', 'stop sequence': 'stop_sequence' },
  Google: { length: 'MAX_TOKENS', filter: 'SAFETY' },
  AWS: { length: 'max_tokens', filter: 'guardrail_intervened', 'stop sequence': 'stop_sequence' },
};

const reply =
  (whole: Json, stream: () => Buffer, streamType = 'text/event-stream'): Answer =>
  (response, { url, body }) => {
    const asStream = streams(url, body);
    response.writeHead(200, { 'content-type': asStream ? streamType : 'application/json' });
    response.end(asStream ? stream() : JSON.stringify(whole));
  };

/** An answer of Google in one piece, or in as many as are given. */
export const geminiAnswer = (...chunks: Json[]): Answer =>
  reply(chunks[0]!, () => sse(chunks.map((chunk) => ({ usageMetadata: GOOGLE_USAGE, ...chunk }))));

const openAi = (reason: string, annotations: Json[]): Answer => {
  const head = { id: 'c', created: 1, model: 'm' };
  const chunk = (delta: Json, finish: string | null): Json => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const choices = [{ index: 0, message: { role: 'assistant', content: TEXT, annotations }, finish_reason: reason }];
  return reply({ ...head, object: 'chat.completion', choices, usage: OPENAI_USAGE }, () =>
    sse([
      chunk({ role: 'assistant', content: TEXT, ...(annotations.length === 0 ? {} : { annotations }) }, null),
      chunk({}, reason),
      { ...head, object: 'chat.completion.chunk', choices: [], usage: OPENAI_USAGE },
    ]),
  );
};

const claude = (reason: string, citations: Json[]): Answer => {
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', usage: CLAUDE_USAGE };
  const end = { stop_reason: reason, stop_sequence: reason === 'stop_sequence' ? 'END' : null };
  const delta = (event: Json): Json => ({ type: 'content_block_delta', index: 0, delta: event });
  const text = { type: 'text', text: TEXT, ...(citations.length === 0 ? {} : { citations }) };
  return reply({ ...message, ...end, content: [text] }, () =>
    sse(
      [
        { type: 'message_start', message: { ...message, content: [], stop_reason: null, stop_sequence: null } },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        delta({ type: 'text_delta', text: TEXT }),
        ...citations.map((citation) => delta({ type: 'citations_delta', citation })),
        { type: 'content_block_stop', index: 0 },
        { type: 'message_delta', delta: end, usage: { output_tokens: 7 } },
        { type: 'message_stop' },
      ],
      true,
    ),
  );
};

const converse = (stopReason: string, citations: Json[]): Answer => {
  const content = citations.length === 0 ? { text: TEXT } : { citationsContent: { content: [{ text: TEXT }], citations } };
  const index = { contentBlockIndex: 0 };
  const end = { stopReason, ...(stopReason === 'stop_sequence' ? { additionalModelResponseFields: { stop_sequence: 'END' } } : {}) };
  return reply(
    { output: { message: { role: 'assistant', content: [content] } }, ...end, usage: AWS_USAGE },
    () =>
      Buffer.concat(
        (
          [
            ['messageStart', { role: 'assistant' }],
            ['contentBlockDelta', { ...index, delta: { text: TEXT } }],
            ...citations.map((citation) => ['contentBlockDelta', { ...index, delta: { citation } }] as const),
            ['contentBlockStop', index],
            ['messageStop', end],
            ['metadata', { usage: AWS_USAGE, metrics: { latencyMs: 1 } }],
          ] as const
        ).map((event) => frame(event)),
      ),
    'application/vnd.amazon.eventstream',
  );
};

const gemini = (finishReason: string, groundingMetadata?: Json): Answer =>
  geminiAnswer({
    candidates: [
      {
        index: 0,
        content: { role: 'model', parts: [{ text: TEXT }] },
        finishReason,
        ...(groundingMetadata === undefined ? {} : { groundingMetadata }),
      },
    ],
    usageMetadata: GOOGLE_USAGE,
  });

const MAKERS = {
  OpenAI: openAi,
  Other: openAi,
  Anthropic: claude,
  AWS: converse,
  Google: (reason: string): Answer => gemini(reason),
} satisfies Record<ProviderType, unknown>;

/** Undefined where this type has no word for it. */
export function ended(type: ProviderType, ending: Ending): Answer | undefined {
  const reason = REASONS[type][ending];
  return reason === undefined ? undefined : MAKERS[type](reason, []);
}

const SEGMENT = { startIndex: 0, endIndex: TEXT.length, text: TEXT };
/** An answer that cites SOURCE for all that it says. */
export const CITING: Record<ProviderType, Answer> = {
  OpenAI: openAi('stop', [{ type: 'url_citation', url_citation: { ...SOURCE, start_index: 0, end_index: TEXT.length } }]),
  Other: openAi('stop', [{ type: 'url_citation', url_citation: { ...SOURCE, start_index: 0, end_index: TEXT.length } }]),
  Anthropic: claude('end_turn', [{ type: 'web_search_result_location', ...SOURCE, encrypted_index: 'x', cited_text: TEXT }]),
  AWS: converse('end_turn', [
    { title: SOURCE.title, sourceContent: [{ text: TEXT }], location: { web: { url: SOURCE.url, domain: 'news.example.com' } } },
  ]),
  Google: gemini('STOP', {
    groundingChunks: [{ web: { uri: SOURCE.url, title: SOURCE.title } }],
    groundingSupports: [{ segment: SEGMENT, groundingChunkIndices: [0] }],
  }),
};

export interface Told {
  finish: unknown;
  sources: unknown[];
  reasoningTokens: number | undefined;
}

const HELLO = [{ role: 'user' as const, content: 'Rain?' }];

/** What an SDK tells of an answer. */
export const TELLERS: Record<string, (stage: Stage, asStream: boolean) => Promise<Told>> = {
  'openai chat': async ({ openai }, asStream) => {
    const ask = { model: MODEL, messages: HELLO };
    const sources: unknown[] = [];
    const cite = (annotations: Json[] = []): unknown =>
      sources.push(...annotations.map(({ url_citation: { url, title } }) => ({ url, title })));
    const stream = asStream ? openai.chat.completions.stream({ ...ask, stream_options: { include_usage: true } }) : undefined;
    stream?.on('chunk', ({ choices }) => cite((choices[0]?.delta as Json | undefined)?.['annotations']));
    const answer = (await stream?.finalChatCompletion()) ?? (await openai.chat.completions.create(ask));
    const [choice] = answer.choices;
    if (!asStream) cite(choice!.message.annotations);
    return { finish: choice!.finish_reason, sources, reasoningTokens: answer.usage?.completion_tokens_details?.reasoning_tokens };
  },
  'openai responses': async ({ openai }, asStream) => {
    const ask = { model: MODEL, input: 'Rain?' };
    const {
      output,
      status,
      incomplete_details: why,
      usage,
    } = asStream ? await openai.responses.stream(ask).finalResponse() : await openai.responses.create(ask);
    const annotations = (output as Json[]).flatMap(({ content = [] }) =>
      (content as Json[]).flatMap((part) => (part['annotations'] ?? []) as Json[]),
    );
    const sources = annotations.map(({ url, title }) => ({ url, title }));
    return { finish: why?.reason ?? status, sources, reasoningTokens: usage?.output_tokens_details.reasoning_tokens };
  },
  'anthropic messages': async ({ anthropic }, asStream) => {
    const ask = { model: MODEL, max_tokens: 100, messages: HELLO };
    const {
      content,
      stop_reason: finish,
      usage,
    } = asStream ? await anthropic.messages.stream(ask).finalMessage() : await anthropic.messages.create(ask);
    const sources = (content as unknown as Json[]).flatMap(({ citations }) =>
      ((citations ?? []) as Json[]).map(({ url, title }) => ({ url, title })),
    );
    return { finish, sources, reasoningTokens: (usage as Json)['output_tokens_details']?.thinking_tokens };
  },
  'google generateContent': async ({ google }, asStream) => {
    const ask = { model: MODEL, contents: 'Rain?' };
    const answers = [];
    if (asStream) for await (const chunk of await google.models.generateContentStream(ask)) answers.push(chunk);
    else answers.push(await google.models.generateContent(ask));
    const { candidates, usageMetadata } = answers.at(-1)!;
    const chunks = candidates?.[0]?.groundingMetadata?.groundingChunks ?? [];
    return {
      finish: candidates?.[0]?.finishReason,
      sources: chunks.map(({ web }) => ({ url: web?.uri, title: web?.title })),
      reasoningTokens: usageMetadata?.thoughtsTokenCount,
    };
  },
};
