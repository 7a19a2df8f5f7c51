// What the stub providers do, by name: each for every type of provider.
import type { ProviderType } from '../../src/api/resources.ts';
import { BEGUN, BROKEN, refusal } from '../surfaces/failures.ts';
import { MODEL, streams, THINKERS, words, type Answer, type Json } from '../surfaces/stage.ts';
import { SIGNATURE, think, THOUGHT, type Thinker } from '../surfaces/thoughts.ts';
import { questionOf, RESPONSES, UPSTREAMS } from '../surfaces/upstreams.ts';
import { say, type Said } from './answers.ts';

/** The Python side has the same words. */
export const RESULT = 'seen it there';
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk';
export const DONE = 'It is there.';
export const PLACE = { city: 'Köln', people: 3 };
export const VECTORS = [
  [0.5, -1],
  [1, 0.25],
];
export const COUNT = 14;
const LOOKS: Said = {
  text: 'I look.',
  calls: [
    { name: 'look', arguments: { at: 'x' } },
    { name: 'look', arguments: { at: 'y' } },
    { name: 'now', arguments: {} },
  ],
};
const LOOKS_ONCE: Said = { calls: LOOKS.calls!.slice(0, 1) };

const isThinker = (type: ProviderType): type is Thinker => type in THINKERS;

/** Words, or a call where the caller has a tool for it. */
const talks =
  (type: ProviderType): Answer =>
  (response, call) => {
    const upstream = call.url.endsWith('/responses') ? RESPONSES : UPSTREAMS[type];
    const asStream = streams(call.url, call.body);
    response.writeHead(200, { 'content-type': asStream ? upstream.streamType : 'application/json' });
    response.end(asStream ? upstream.stream(questionOf(call.body)) : upstream.whole(questionOf(call.body)));
  };

/** Until a result comes. */
const unlessDone =
  (type: ProviderType, first: Answer): Answer =>
  (response, call) =>
    (call.body.includes(RESULT) ? say(type, { text: DONE }) : first)(response, call);

/** As JSON, or as the call of the tool that some SDKs make of a form. */
const fills =
  (type: ProviderType): Answer =>
  (response, call) => {
    const { tools, toolConfig } = JSON.parse(call.body) as Json;
    const [, tool] = /"name":"([^"]+)"/.exec(JSON.stringify(tools ?? toolConfig?.tools ?? [])) ?? [];
    const said = tool === undefined ? { text: JSON.stringify(PLACE) } : { calls: [{ name: tool, arguments: PLACE }] };
    say(type, said)(response, call);
  };

const base64 = (vector: number[]): string => Buffer.from(Float32Array.from(vector).buffer).toString('base64');
const EMBEDDINGS: Record<ProviderType, (asked: Json) => Json> = {
  OpenAI: ({ encoding_format: form }) => ({
    object: 'list',
    model: MODEL,
    data: VECTORS.map((vector, index) => ({ object: 'embedding', index, embedding: form === 'base64' ? base64(vector) : vector })),
    usage: { prompt_tokens: 5, total_tokens: 5 },
  }),
  Other: (asked) => EMBEDDINGS.OpenAI(asked),
  Google: () => ({ embeddings: VECTORS.map((values) => ({ values })), usageMetadata: { promptTokenCount: 5 } }),
  AWS: () => ({ id: 'e1', response_type: 'embeddings_by_type', embeddings: { float: VECTORS } }),
  Anthropic: () => ({}),
};
const embeds =
  (type: ProviderType): Answer =>
  (response, { body }) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-amzn-bedrock-input-token-count': '5' });
    response.end(JSON.stringify(EMBEDDINGS[type](JSON.parse(body) as Json)));
  };

const counts = (): Answer => (response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ input_tokens: COUNT, totalTokens: COUNT, inputTokens: COUNT }));
};

/** Says a word, then breaks. */
const begins =
  (type: ProviderType, told: boolean): Answer =>
  (response, { url }) => {
    const kind = url.endsWith('/responses') ? 'responses' : type;
    response.writeHead(200, { 'content-type': UPSTREAMS[type].streamType });
    if (told) response.end(Buffer.concat([BEGUN[kind](), BROKEN[kind]('It broke.')]));
    else response.write(BEGUN[kind](), () => response.destroy());
  };

export const SCENARIOS = {
  talks,
  says: words,
  looks: (type) => unlessDone(type, say(type, LOOKS)),
  thinks: (type) => unlessDone(type, isThinker(type) ? think(type) : say(type, LOOKS_ONCE)),
  /** Without a hidden thought. */
  'thinks aloud': (type) =>
    unlessDone(type, type === 'Google' ? think(type) : say(type, { ...LOOKS_ONCE, thought: { text: THOUGHT, signature: SIGNATURE } })),
  fills,
  embeds,
  counts,
  breaks: (type) => begins(type, true),
  'hangs up': (type) => begins(type, false),
  'refuses with 400': (type) => refusal(type, 400, 'What went wrong.'),
  'refuses with 401': (type) => refusal(type, 401, 'What went wrong.'),
  'refuses with 403': (type) => refusal(type, 403, 'What went wrong.'),
  'refuses with 404': (type) => refusal(type, 404, 'What went wrong.'),
  'refuses with 429': (type) => refusal(type, 429, 'What went wrong.'),
  'refuses with 500': (type) => refusal(type, 500, 'What went wrong.'),
  'refuses with 529': (type) => refusal(type, 529, 'What went wrong.'),
} satisfies Record<string, (type: ProviderType) => Answer>;
export type Scenario = keyof typeof SCENARIOS;

const CLAUDE_AT_AWS = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
/** The name of a model that can do it. */
export function upstreamModel(scenario: Scenario, type: ProviderType): string {
  if (scenario.startsWith('thinks') && isThinker(type)) return THINKERS[type];
  if (type === 'AWS' && scenario === 'embeds') return 'cohere.embed-v4:0';
  return type === 'AWS' && (scenario === 'fills' || scenario === 'counts') ? CLAUDE_AT_AWS : MODEL;
}
