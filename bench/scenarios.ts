// What is sent and what must come back, for every kind of traffic that is measured.
import { ANSWER_TOKENS, FOREIGN_ANSWERS, padded, PROMPT_TOKENS, STREAM_CHUNKS, WORDS } from './foreign-answers.ts';

export type ScenarioName = 'json' | 'paced' | 'unpaced';

/** Types of providers that the mock provider answers as. */
export type BenchProvider = 'Other' | 'Anthropic' | 'Google';

export interface Scenario {
  name: ScenarioName;
  title: string;
  /** Whose dialect the provider speaks; the caller speaks OpenAI's. */
  provider: BenchProvider;
  /** Names scenario and provider, so that one upstream serves them all whatever stands between. */
  model: string;
  /** Body of the request. */
  request: Buffer;
  /** What the provider sends: JSON, or the events of the stream one by one. */
  sent: readonly Buffer[];
  /** What the caller has to get, in the same form. */
  answer: readonly Buffer[];
  stream: boolean;
  /** Milliseconds between events; 0: all at once. */
  pace: number;
}

const PACE = 5;
const ID = 'chatcmpl-0123456789abcdefghijklmnopqrs';
const KILOBYTE = 1024;
const USAGE = { prompt_tokens: PROMPT_TOKENS, completion_tokens: ANSWER_TOKENS, total_tokens: PROMPT_TOKENS + ANSWER_TOKENS };

function modelOf(name: ScenarioName, provider: BenchProvider): string {
  return `bench-${name}-${provider.toLowerCase()}`;
}

function requestBody(model: string, stream: boolean): Buffer {
  const bodyWith = (content: string): string =>
    JSON.stringify({
      model,
      messages: [
        { role: 'system', content: 'You are a helpful assistant.' },
        { role: 'user', content },
      ],
      ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    });
  return Buffer.from(bodyWith(padded(KILOBYTE - bodyWith('').length)));
}

function answerWith(content: string): string {
  return JSON.stringify({
    id: ID,
    object: 'chat.completion',
    created: 1_760_000_000,
    model: modelOf('json', 'Other'),
    choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason: 'stop' }],
    usage: USAGE,
    system_fingerprint: 'fp_0123456789',
  });
}

/** The same words from every provider. */
const TEXT = padded(KILOBYTE - answerWith('').length);

function streamAnswer(model: string): Buffer[] {
  const event = (choices: unknown[], usage: unknown): Buffer => {
    const common = { id: ID, object: 'chat.completion.chunk', created: 1_760_000_000, model, system_fingerprint: 'fp_0123456789' };
    const chunk = { ...common, choices, usage };
    return Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  const words = WORDS.map((content) => event([{ index: 0, delta: { content }, logprobs: null, finish_reason: null }], null));
  const finish = event([{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }], null);
  return [...words, finish, event([], USAGE), Buffer.from('data: [DONE]\n\n')];
}

const TITLES: Record<ScenarioName, string> = {
  json: '1 KB JSON',
  paced: `stream of ${STREAM_CHUNKS} chunks, ${PACE} ms apart`,
  unpaced: `stream of ${STREAM_CHUNKS} chunks at once`,
};

function scenarioOf(name: ScenarioName, provider: BenchProvider): Scenario {
  const stream = name !== 'json';
  const model = modelOf(name, provider);
  const answer = stream ? streamAnswer(model) : [Buffer.from(answerWith(TEXT))];
  const foreign = provider === 'Other' ? undefined : FOREIGN_ANSWERS[provider];
  const translated = stream ? foreign?.stream : foreign?.whole(TEXT);
  return {
    name,
    title: TITLES[name],
    provider,
    model,
    request: requestBody(model, stream),
    sent: translated ?? answer,
    answer,
    stream,
    pace: name === 'paced' ? PACE : 0,
  };
}

const NAMES: readonly ScenarioName[] = ['json', 'paced', 'unpaced'];

/** The answer passes as it came. */
export const SCENARIOS: readonly Scenario[] = NAMES.map((name) => scenarioOf(name, 'Other'));

/** The same traffic in front of providers whose answers have to be translated. */
export const TRANSLATIONS: readonly Scenario[] = NAMES.flatMap((name) => [scenarioOf(name, 'Anthropic'), scenarioOf(name, 'Google')]);
