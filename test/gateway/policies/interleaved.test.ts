// Streams whose texts go on in turns: callers put each of them together, so what stands half here and half there is found as in one piece.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderType } from '../../../src/api/resources.ts';
import { KEYS, MODEL, NO_ADVICE, NO_CARDS, startPolicyStage, type PolicyStage } from './stage.ts';

const [FIRST, SECOND] = ['4242 4242 ', '4242 4242'];
const OTHER = 'hm, let us think of it ';
type Events = readonly object[];
/** Of the two halves of a text, with something else between them. */
type Written = (first: string, second: string) => Events;

const chunk = (delta: object, more: object = {}): object => ({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: MODEL, choices: [{ index: 0, delta, finish_reason: null }], ...more });
const stop = { id: 'c1', object: 'chat.completion.chunk', created: 1, model: MODEL, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] };
const call = (index: number, args: string): object => chunk({ tool_calls: [{ index, function: { arguments: args } }] });
const opened = (index: number): object => chunk({ tool_calls: [{ index, id: `c${index}`, type: 'function', function: { name: 'f', arguments: '' } }] });

const CHAT: Record<string, Written> = {
  'words with a thought between them': (a, b) => [chunk({ content: a }), chunk({ reasoning_content: OTHER }), chunk({ content: b }), stop],
  'words with a call between them': (a, b) => [chunk({ content: a }), opened(0), call(0, '{"b":1}'), chunk({ content: b }), stop],
  'words around a call that does not end': (a, b) => [chunk({ content: a }), opened(0), call(0, '{"b":'), chunk({ content: b }), stop],
  'thoughts with words between them': (a, b) => [chunk({ reasoning_content: a }), chunk({ content: OTHER }), chunk({ reasoning_content: b }), stop],
  'words one by one with thoughts between them': (a, b) => [...`${a}${b}`].flatMap((letter) => [chunk({ content: letter }), chunk({ reasoning_content: OTHER })]),
  'two calls in turns': (a, b) => [opened(0), call(0, `{"a":"${a}`), opened(1), call(1, '{"b":"'), call(0, `${b}"}`), call(1, 'x"}'), stop],
  'a refusal with words between it': (a, b) => [chunk({ refusal: a }), chunk({ content: OTHER }), chunk({ refusal: b }), stop],
  'a member of the delta that repeats the words': (a) => [chunk({ content: a }), chunk({ foo: a }), chunk({ foo: a }), stop],
  'a member of the event': (a, b) => [chunk({ content: OTHER }, { foo: a }), chunk({}, { foo: b }), stop],
  'a member of the event that repeats the words': (a, b) => [chunk({ content: a }), chunk({}, { foo: a }), chunk({}, { foo: b }), stop],
};

const begun = { type: 'message_start', message: { id: 'm', type: 'message', role: 'assistant', model: MODEL, content: [], usage: { input_tokens: 1, output_tokens: 1 } } };
const block = (index: number, content: object = { type: 'text', text: '' }): object => ({ type: 'content_block_start', index, content_block: content });
const tool = (index: number): object => block(index, { type: 'tool_use', id: `t${index}`, name: 'f', input: {} });
const text = (index: number, words: string): object => ({ type: 'content_block_delta', index, delta: { type: 'text_delta', text: words } });
const json = (index: number, words: string): object => ({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: words } });
const closed = (index: number): object => ({ type: 'content_block_stop', index });
const over = [closed(0), closed(1), { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } }, { type: 'message_stop' }];

const ANTHROPIC: Record<string, Written> = {
  'two texts in turns': (a, b) => [begun, block(0), block(1), text(0, a), text(1, OTHER), text(0, b), ...over],
  'the beginning of a text and its end': (a, b) => [begun, block(0, { type: 'text', text: a }), block(1), text(1, OTHER), text(0, b), ...over],
  'two inputs in turns': (a, b) => [begun, tool(0), tool(1), json(0, `{"a":"${a}`), json(1, '{"b":"x '), json(0, `${b}"}`), json(1, '"}'), ...over],
  'texts around a call': (a, b) => [begun, block(0), text(0, a), closed(0), tool(1), json(1, '{}'), closed(1), block(2), text(2, b), closed(2), ...over.slice(2)],
};

const response = { id: 'r', object: 'response', created_at: 1, status: 'in_progress', model: MODEL, output: [] };
const item = (index: number, more: object = { type: 'message', role: 'assistant', content: [] }): object =>
  ({ type: 'response.output_item.added', output_index: index, item: { id: `m${index}`, status: 'in_progress', ...more } });
const said = (index: number, words: string, part = 0): object => ({ type: 'response.output_text.delta', item_id: `m${index}`, output_index: index, content_index: part, delta: words });
const args = (index: number, words: string): object => ({ type: 'response.function_call_arguments.delta', item_id: `m${index}`, output_index: index, delta: words });
const created = { type: 'response.created', response };
const completed = { type: 'response.completed', response: { ...response, status: 'completed' } };
const fn = { type: 'function_call', call_id: 'c', name: 'f' };

const RESPONSES: Record<string, Written> = {
  'two items in turns': (a, b) => [created, item(0), item(1), said(0, a), said(1, OTHER), said(0, b), completed],
  'two parts in turns': (a, b) => [created, item(0), said(0, a, 0), said(0, OTHER, 1), said(0, b, 0), completed],
  'two calls in turns': (a, b) => [created, item(0, { ...fn, arguments: '' }), item(1, { ...fn, arguments: '' }), args(0, `{"a":"${a}`), args(1, '{"b":'), args(0, `${b}"}`), args(1, '1}'), completed],
  'the beginning of a call and its end': (a, b) => [created, item(0, { ...fn, arguments: `{"a":"${a}` }), args(0, `${b}"}`), completed],
};

const parts = (...list: object[]): object => ({ candidates: [{ index: 0, content: { role: 'model', parts: list } }] });
const GOOGLE: Record<string, Written> = {
  'words with a call between them': (a, b) => [parts({ text: a }), parts({ functionCall: { name: 'f', args: { q: 'w' } } }), parts({ text: b })],
  'words with a thought between them': (a, b) => [parts({ text: a }), parts({ text: OTHER, thought: true }), parts({ text: b })],
};

const messages = [{ role: 'user', content: 'Hello.' }];
const ASKED = {
  chat: { key: KEYS.OpenAI, path: '/v1/chat/completions', body: { model: MODEL, stream: true, messages } },
  messages: { key: KEYS.Anthropic, path: '/v1/messages', body: { model: MODEL, max_tokens: 9, stream: true, messages } },
  responses: { key: KEYS.OpenAI, path: '/v1/responses', body: { model: MODEL, stream: true, input: 'Hello.' } },
  gemini: { key: KEYS.Google, path: `/v1beta/models/${MODEL}:streamGenerateContent?alt=sse`, body: { contents: [{ role: 'user', parts: [{ text: 'Hello.' }] }] } },
};

/** The texts of a stream as a caller puts them together: the strings of each place, one after the other. */
function assembled(body: string): string[] {
  const texts = new Map<string, string>();
  const walk = (path: string, value: unknown): void => {
    if (typeof value === 'string') texts.set(path, (texts.get(path) ?? '') + value);
    else if (typeof value === 'object' && value !== null) for (const [name, inner] of Object.entries(value)) walk(`${path}.${nameOf(name, inner)}`, inner);
  };
  for (const [, data] of body.matchAll(/^data: ?(\{.*)$/gm)) {
    const event = JSON.parse(data!) as Record<string, unknown>;
    const { content_block: start, delta = start, ...more } = event;
    walk([event['output_index'], event['content_index'], event['index']].join(), { ...more, delta });
  }
  return [...texts.values()];
}

/** Pieces of calls say which call they belong to. */
const nameOf = (name: string, value: unknown): string =>
  /^\d+$/.test(name) && typeof value === 'object' && value !== null && 'index' in value ? String(value.index) : name;

const SETTINGS: [string, ProviderType, keyof typeof ASKED, Record<string, Written>][] = [
  ['chat completions', 'OpenAI', 'chat', CHAT],
  ['messages', 'Anthropic', 'messages', ANTHROPIC],
  ['responses', 'OpenAI', 'responses', RESPONSES],
  ['Gemini', 'Google', 'gemini', GOOGLE],
  ['Gemini as chat completions', 'Google', 'chat', GOOGLE],
  ['messages as chat completions', 'Anthropic', 'chat', { 'texts around a call': ANTHROPIC['texts around a call']! }],
  ['chat completions as messages', 'OpenAI', 'messages', { 'words with a call between them': CHAT['words with a call between them']! }],
];

describe.each(SETTINGS)('of a stream of %s', (_name, type, asked, writes) => {
  let stage: PolicyStage;
  beforeAll(async () => {
    stage = await startPolicyStage(type);
  });
  afterAll(() => stage.close());

  const ask = async (events: Events): Promise<string> => {
    const bytes = events.map((event) => `${'type' in event ? `event: ${String(event.type)}\n` : ''}data: ${JSON.stringify(event)}\n\n`).join('');
    stage.provider.answer((answer) => {
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      answer.end(asked === 'chat' && type === 'OpenAI' ? `${bytes}data: [DONE]\n\n` : bytes);
    });
    const { key, path, body } = ASKED[asked];
    return (await stage.ask({ key, path, body: JSON.stringify(body) })).body;
  };

  it.each(Object.entries(writes))('a card does not get past as %s', async (_how, written) => {
    stage.use({ ...NO_CARDS, phases: ['Response'], onUnscannable: 'Allow' });
    const body = await ask(written(FIRST, SECOND));
    expect(body).toMatch(/content_filter|content_policy|refusal|SAFETY/);
    expect(assembled(body).filter((words) => words.includes(FIRST + SECOND))).toEqual([]);
  });

  it.each(Object.entries(writes))('what nobody looks for passes as %s', async (_how, written) => {
    stage.use({ ...NO_CARDS, phases: ['Response'], onUnscannable: 'Allow' });
    const guarded = await ask(written('well then ', 'and so on'));
    stage.use();
    const plain = await ask(written('well then ', 'and so on'));
    const wordsOf = (body: string): string[] => assembled(body).filter((words) => /well then|and so on/.test(words));
    expect(wordsOf(guarded)).toEqual(wordsOf(plain));
    expect(wordsOf(plain)).not.toEqual([]);
  });
});

it('a judge is asked once about words with a call between them', async () => {
  const stage = await startPolicyStage('OpenAI');
  stage.use({ ...NO_ADVICE, phases: ['Response'] });
  const bytes = CHAT['words with a call between them']!('You are well. ', 'So am I.').map((event) => `data: ${JSON.stringify(event)}\n\n`).join('');
  stage.provider.answer((answer) => {
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    answer.end(`${bytes}data: [DONE]\n\n`);
  });
  const { key, path, body } = ASKED.chat;
  expect((await stage.ask({ key, path, body: JSON.stringify(body) })).body).toContain('So am I.');
  expect(stage.judge.calls).toHaveLength(1);
  expect(stage.judge.calls[0]!.body.split('So am I.')).toHaveLength(2);
  await stage.close();
});
