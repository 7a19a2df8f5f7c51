// What is sent and what must come back, for every kind of traffic that is measured.

export type ScenarioName = 'json' | 'paced' | 'unpaced';

export interface Scenario {
  name: ScenarioName;
  title: string;
  /** Body of the request. */
  request: Buffer;
  /** Body of the answer: JSON, or the events of the stream one by one. */
  answer: readonly Buffer[];
  stream: boolean;
  /** Milliseconds between events; 0: all at once. */
  pace: number;
}

export const STREAM_CHUNKS = 100;
const PACE = 5;
const ID = 'chatcmpl-0123456789abcdefghijklmnopqrs';
const KILOBYTE = 1024;
const USAGE = { prompt_tokens: 180, completion_tokens: STREAM_CHUNKS, total_tokens: 180 + STREAM_CHUNKS };

function padded(length: number): string {
  return 'The quick brown fox jumps over the lazy dog. '.repeat(Math.ceil(length / 45)).slice(0, length);
}

/** The model names the scenario, so that one upstream serves them all whatever stands between. */
export function modelOf(name: ScenarioName): string {
  return `bench-${name}`;
}

function requestBody(name: ScenarioName, stream: boolean): Buffer {
  const bodyWith = (content: string): string =>
    JSON.stringify({
      model: modelOf(name),
      messages: [
        { role: 'system', content: 'You are a helpful assistant.' },
        { role: 'user', content },
      ],
      ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    });
  return Buffer.from(bodyWith(padded(KILOBYTE - bodyWith('').length)));
}

function jsonAnswer(): Buffer {
  const answerWith = (content: string): string =>
    JSON.stringify({
      id: ID,
      object: 'chat.completion',
      created: 1_760_000_000,
      model: modelOf('json'),
      choices: [{ index: 0, message: { role: 'assistant', content, refusal: null }, logprobs: null, finish_reason: 'stop' }],
      usage: USAGE,
      system_fingerprint: 'fp_0123456789',
    });
  return Buffer.from(answerWith(padded(KILOBYTE - answerWith('').length)));
}

function streamAnswer(name: ScenarioName): Buffer[] {
  const event = (choices: unknown[], usage: unknown): Buffer => {
    const chunk = { id: ID, object: 'chat.completion.chunk', created: 1_760_000_000, model: modelOf(name), system_fingerprint: 'fp_0123456789', choices, usage };
    return Buffer.from(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  const words = Array.from({ length: STREAM_CHUNKS }, (_, index) =>
    event([{ index: 0, delta: { content: ` word${index}` }, logprobs: null, finish_reason: null }], null),
  );
  const finish = event([{ index: 0, delta: {}, logprobs: null, finish_reason: 'stop' }], null);
  return [...words, finish, event([], USAGE), Buffer.from('data: [DONE]\n\n')];
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'json', title: '1 KB JSON', request: requestBody('json', false), answer: [jsonAnswer()], stream: false, pace: 0 },
  {
    name: 'paced',
    title: `stream of ${STREAM_CHUNKS} chunks, ${PACE} ms apart`,
    request: requestBody('paced', true),
    answer: streamAnswer('paced'),
    stream: true,
    pace: PACE,
  },
  {
    name: 'unpaced',
    title: `stream of ${STREAM_CHUNKS} chunks at once`,
    request: requestBody('unpaced', true),
    answer: streamAnswer('unpaced'),
    stream: true,
    pace: 0,
  },
];
