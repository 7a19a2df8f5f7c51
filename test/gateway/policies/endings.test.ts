// The end of a stream that a policy has stopped is that of the same answer: under its id and model, and in the form of its surface.
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ProviderType } from '../../../src/api/resources.ts';
import { isObject } from '../../../src/chat/json.ts';
import { expectCut, heardIn, type Form } from './heard.ts';
import { CARD, KEYS, MODEL, NO_CARDS, startPolicyStage } from './stage.ts';

type Event = Record<string, unknown>;
/** Nothing can be growing at its end. */
const WORDS = 'All is well here, ';
/** A card in two pieces. */
const HALF = CARD.slice(0, 7);
const REST = `${CARD.slice(7)}. ${WORDS}`;
const events = (...all: (Event | string)[]): string =>
  all.map((one) => `${typeof one !== 'string' && typeof one['type'] === 'string' ? `event: ${one['type']}\n` : ''}data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`).join('');

interface Case {
  type: ProviderType;
  key: keyof typeof KEYS;
  path: string;
  body: Event;
  answer: string;
  form: Form;
}

const chunk = (delta: Event): Event => ({ id: 'gen-1', object: 'chat.completion.chunk', created: 42, model: 'their-model', system_fingerprint: 'fp_1', choices: [{ index: 0, delta, finish_reason: null }] });
const completion = (text: string): Event => ({ id: 'cmpl-1', object: 'text_completion', created: 42, model: 'their-model', choices: [{ index: 0, text, finish_reason: null }] });
const candidate = (text: string): Event => ({ candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] } }], modelVersion: 'their-model', responseId: 'r-1' });
const response = { id: 'resp_1', object: 'response', created_at: 42, model: 'their-model', status: 'in_progress', output: [] };
const wordsOf = (delta: string, number: number): Event => ({ type: 'response.output_text.delta', sequence_number: number, output_index: 0, content_index: 0, item_id: 'msg_1', delta, obfuscation: 'aX9fQ' });
const gemini = { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] };
const chat = { model: MODEL, stream: true, max_tokens: 10, messages: [{ role: 'user', content: 'Hello' }] };
const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'their-model', content: [], stop_reason: null, stop_sequence: null, usage: { input_tokens: 25, output_tokens: 1 } };

const CASES: Record<string, Case> = {
  'Chat Completions': {
    form: 'chat',
    type: 'Other',
    key: 'OpenAI',
    path: '/v1/chat/completions',
    body: chat,
    answer: events({ ...chunk({}), id: '', model: '', choices: [] }, chunk({ role: 'assistant', content: WORDS }), chunk({ content: HALF }), chunk({ content: REST }), '[DONE]'),
  },
  Responses: {
    form: 'responses',
    type: 'OpenAI',
    key: 'OpenAI',
    path: '/v1/responses',
    body: { model: MODEL, stream: true, input: 'Hello' },
    answer: events(
      { type: 'response.created', sequence_number: 0, response },
      { type: 'response.output_item.added', sequence_number: 1, output_index: 0, item: { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] } },
      { type: 'response.content_part.added', sequence_number: 2, output_index: 0, content_index: 0, item_id: 'msg_1', part: { type: 'output_text', text: '', annotations: [] } },
      wordsOf(WORDS, 3),
      wordsOf(HALF, 4),
      wordsOf(REST, 5),
    ),
  },
  messages: {
    form: 'messages',
    type: 'Anthropic',
    key: 'Anthropic',
    path: '/v1/messages',
    body: chat,
    answer: events(
      { type: 'message_start', message },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: WORDS } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: HALF } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: REST } },
    ),
  },
  streamGenerateContent: { type: 'Google', key: 'Google', path: `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, body: gemini, answer: events(candidate(WORDS), candidate(HALF), candidate(REST)), form: 'generateContent' },
  'streamGenerateContent, a list': { type: 'Google', key: 'Google', path: `/v1beta/models/${MODEL}:streamGenerateContent`, body: gemini, answer: events(candidate(WORDS), candidate(HALF), candidate(REST)), form: 'array' },
  completions: {
    form: 'completions',
    type: 'Other',
    key: 'OpenAI',
    path: '/v1/completions',
    body: { model: MODEL, stream: true, prompt: 'Hello' },
    answer: events(completion(WORDS), completion(HALF), completion(REST), '[DONE]'),
  },
};

const NAMES = ['id', 'created', 'created_at', 'model', 'system_fingerprint', 'modelVersion', 'responseId', 'item_id'];

/** What each event, and what is in it, calls itself. */
function namesIn(json: unknown, into = new Map<string, Set<unknown>>(), at = ''): Map<string, Set<unknown>> {
  if (Array.isArray(json)) for (const one of json) namesIn(one, into, at);
  else if (isObject(json)) {
    for (const [name, value] of Object.entries(json)) {
      // A part and its answer have ids of their own.
      const key = name === 'item_id' || (name === 'id' && at === 'item') || (name === 'id' && at === 'output') ? 'item' : `${at === 'response' || at === 'message' ? '' : at}${name}`;
      if (NAMES.includes(name) && value !== '') into.set(key, (into.get(key) ?? new Set()).add(value));
      namesIn(value, into, name);
    }
  }
  return into;
}

describe.each(Object.entries(CASES))('a stream that is stopped: %s', (_name, { type, key, path, body, answer, form }) => {
  it('ends as the answer that it began as', async () => {
    const stage = await startPolicyStage(type);
    onTestFinished(() => stage.close());
    stage.use({ ...NO_CARDS, phases: ['Response'] });
    // The card comes once the words have arrived.
    const cut = answer.lastIndexOf('data: ', answer.indexOf(HALF));
    const start = answer.lastIndexOf('\n\n', cut) + 2;
    let goOn = (): void => undefined;
    stage.provider.answer((reply) => {
      reply.writeHead(200, { 'content-type': 'text/event-stream' }).write(answer.slice(0, start));
      // One event after the other, so that nobody gets two at once.
      const rest = answer.slice(start).split(/(?<=\n\n)/);
      const next = (): void => {
        if (reply.destroyed) return;
        const event = rest.shift();
        if (event === undefined) return void reply.end();
        reply.write(event);
        setImmediate(next);
      };
      goOn = () => {
        goOn = () => undefined;
        setImmediate(next);
      };
    });
    const headers = { authorization: `Bearer ${KEYS[key]}`, 'x-api-key': KEYS[key], 'x-goog-api-key': KEYS[key], 'content-type': 'application/json' };
    const reply = await fetch(`${stage.gateway.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    let text = '';
    for await (const bytes of reply.body!) {
      text += Buffer.from(bytes).toString('utf8');
      if (text.includes('All is')) goOn();
    }
    const heard = heardIn(form, true, text);
    expectCut(heard, form, { text: WORDS + HALF + REST }, 'text', WORDS.length);
    expect(heard.texts).toEqual({ '0 text': WORDS });
    expect(heard.everything.filter((one) => one.includes('4242'))).toEqual([]);
    const payloads = form === 'array' ? (JSON.parse(text) as unknown[]) : [...text.matchAll(/^data: (\{.*)$/gm)].map(([, json]) => JSON.parse(json!) as unknown);
    for (const [name, values] of namesIn(payloads)) expect([name, [...values]], text).toEqual([name, [[...values][0]]]);
    const numbers = payloads.flatMap((one) => (isObject(one) && typeof one['sequence_number'] === 'number' ? [one['sequence_number']] : []));
    expect(numbers).toEqual(numbers.map((_number, index) => index));
    if (type === 'Anthropic') expect(text).toMatch(/"message_delta".*"input_tokens":25/);
  });
});
