import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatAnswer, ChatEvent } from '../../../src/chat/answer.ts';
import { foldEvents } from '../../../src/chat/fold.ts';
import { Losses } from '../../../src/chat/losses.ts';
import type { Block } from '../../../src/chat/request.ts';
import { openAiChatProvider, openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { head } from './samples.ts';

type Json = Record<string, unknown>;
interface Read {
  events: ChatEvent[];
  complete: boolean;
}

function readBytes(pieces: readonly Buffer[]): Read {
  const reader = openAiChatProvider.readStream();
  const events = pieces.flatMap((piece) => reader.push(piece));
  const end = reader.end();
  return { events: [...events, ...end.events], complete: end.complete };
}

const read = (stream: string): Read => readBytes([Buffer.from(stream)]);
const fold = (stream: string): ChatAnswer => foldEvents(read(stream).events);
const event = (json: unknown): string => `data: ${JSON.stringify(json)}\n\n`;
const DONE = 'data: [DONE]\n\n';
const chunk = (delta: Json, rest: Json = {}): string =>
  event({ id: 'chatcmpl-1', model: 'theirs', choices: [{ index: 0, delta, finish_reason: null, ...rest }] });
const end = (reason: string): string => chunk({}, { finish_reason: reason });
const tool = (fields: Json, delta: Json = {}): string => chunk({ ...delta, tool_calls: [fields] });
const blocksOf = (...events: string[]): Block[] => fold([...events, DONE].join('')).choices[0]!.content;
const called = (id: string, name: string, text: string): object => ({ type: 'tool-call', id, name, kind: 'function', arguments: text });

describe('a stream', () => {
  it('gives events as they come', () => {
    const reader = openAiChatProvider.readStream();
    const push = (stream: string): ChatEvent[] => reader.push(Buffer.from(stream));
    expect(push(chunk({ role: 'assistant', content: '' }))).toEqual([{ type: 'start', id: 'chatcmpl-1', model: 'theirs' }]);
    expect(push(chunk({ content: 'Hel' }))).toEqual([
      { type: 'open', choice: 0, block: { type: 'text' } },
      { type: 'delta', choice: 0, text: 'Hel' },
    ]);
    expect(push(chunk({ role: 'assistant', content: 'lo' }))).toEqual([{ type: 'delta', choice: 0, text: 'lo' }]);
    expect(push(end('stop'))).toEqual([]);
    expect(push(event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }))).toEqual([
      { type: 'usage', usage: { inputTokens: 3, outputTokens: 2, cachedInputTokens: 0, reasoningTokens: 0 } },
    ]);
    expect(push(DONE)).toEqual([
      { type: 'close', choice: 0 },
      { type: 'finish', choice: 0, reason: 'stop' },
    ]);
    expect(reader.end()).toEqual({ events: [], complete: true });
  });

  it('is complete by its terminator or by a reason, and by nothing else', () => {
    expect(read(chunk({ content: 'Hi' }) + DONE).complete).toBe(true);
    expect(read(chunk({ content: 'Hi' }) + end('stop')).complete).toBe(true);
    const cut = read(chunk({ content: 'Hi' }));
    expect(cut.complete).toBe(false);
    expect(cut.events.at(-1)).toEqual({ type: 'close', choice: 0 });
    const half = read(chunk({ content: 'Hi' }) + end('stop') + event({ choices: [{ index: 1, delta: { content: 'Hi' } }] }));
    expect(half.complete).toBe(false);
    expect(half.events.filter(({ type }) => type === 'finish')).toEqual([{ type: 'finish', choice: 0, reason: 'stop' }]);
    expect(read('').complete).toBe(false);
  });

  it('takes id and model from the first chunk that has choices, since the first of Azure has neither', () => {
    const azure = event({ id: '', model: '', created: 0, choices: [], prompt_filter_results: [] });
    expect(fold(azure + chunk({ content: 'Hi' }) + DONE)).toMatchObject({ id: 'chatcmpl-1', model: 'theirs' });
  });

  it('ignores comments, pings, padding, what is no JSON and chunks without a delta', () => {
    const odd = event({ choices: [null, { index: 0 }] });
    const noise = `: OPENROUTER PROCESSING\r\n\r\nevent: ping\ndata: {}\n\ndata: {broken\n\ndata: 5\n\ndata: null\n\n${odd}`;
    expect(blocksOf(noise, chunk({ content: 'Hi' }), noise)).toEqual([{ type: 'text', text: 'Hi' }]);
  });

  it('ends at an error, however it is written, and is not complete', () => {
    const failure = (stream: string): unknown => {
      const { events, complete } = read(chunk({ content: 'Hi' }) + stream + chunk({ content: 'more' }) + DONE);
      expect(complete).toBe(false);
      return events.at(-1);
    };
    const told = { message: 'Failed', type: 'server_error', code: '400' };
    expect(failure(event({ error: { message: 'Failed', type: 'server_error', code: 400 } }))).toEqual({ type: 'error', error: told });
    expect(failure(event({ error: 'Failed' }))).toEqual({ type: 'error', error: { message: 'Failed', type: null, code: null } });
    expect(failure(`event: error\n${event({ message: 'Failed' })}`)).toMatchObject({ error: { message: 'Failed' } });
    expect(failure(event({ choices: [{ index: 0, delta: {} }], error: { code: 400, message: 'Failed' } }))).toMatchObject(
      { error: { code: '400' } },
    );
  });

  it('that is JSON is an error or a whole answer', () => {
    const error = read('\n {"error": {"message": "Wrong", "code": "x"}}');
    expect(error).toEqual({ events: [{ type: 'error', error: { message: 'Wrong', type: null, code: 'x' } }], complete: false });
    expect(read('[{"error": {"message": "Wrong", "status": "INVALID_ARGUMENT"}}]').events).toMatchObject(
      [{ error: { type: 'INVALID_ARGUMENT' } }],
    );
    const answer = JSON.stringify({ id: 'a', model: 'm', choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] }, null, 1);
    expect(read(answer).complete).toBe(true);
    expect(fold(answer).choices).toEqual([{ content: [{ type: 'text', text: 'Hi' }], finish: 'stop' }]);
    expect(read('{"a').complete).toBe(false);
  });

  it('reads a whole message that comes as the only event', () => {
    expect(blocksOf(event({ choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }] }))).toEqual([
      { type: 'text', text: 'Hi' },
    ]);
  });

  it('tells several choices apart', () => {
    const both = event({ choices: [{ index: 1, delta: { content: 'Two' } }, { index: 0, delta: { content: 'One' } }] });
    expect(fold(both + DONE).choices.map(({ content }) => content)).toEqual(
      [[{ type: 'text', text: 'One' }], [{ type: 'text', text: 'Two' }]],
    );
  });

  it('puts logprobs, citations, images and speech together', () => {
    const token = (word: string): Json => ({ logprobs: { content: [{ token: word }], refusal: null } });
    const annotation = { type: 'url_citation', url_citation: { url: 'https://a.test' } };
    const image = { type: 'image_url', image_url: { url: 'https://a.test/b.png' } };
    const audio = (bytes: string, transcript: string): string => chunk(
      { audio: { data: Buffer.from(bytes).toString('base64'), transcript } },
    );
    const [choice] = fold(
      chunk({ content: '', annotations: [annotation] }) + chunk({ content: 'He' }, token('He')) + chunk({ content: 'llo' }, token('llo')) +
        chunk({ images: [image] }) + audio('a', 'He') + audio('bc', 'y') + end('stop') + DONE,
    ).choices;
    expect(choice).toMatchObject({
      content: [
        { type: 'text', text: 'Hello', citations: [{ url: 'https://a.test' }] },
        { type: 'image', source: { type: 'url', url: 'https://a.test/b.png' } },
        { type: 'text', text: 'Hey' },
        { type: 'audio', source: { data: Buffer.from('abc').toString('base64') } },
      ],
      logprobs: { content: [{ token: 'He' }, { token: 'llo' }], refusal: null },
    });
  });

  it('cites the sources that Perplexity repeats in every chunk', () => {
    const part = (content: string): string => event({ choices: [{ index: 0, delta: { content } }], citations: ['https://a.test'] });
    expect(blocksOf(part('He'), part('y'))).toEqual([{ type: 'text', text: 'Hey', citations: [{ url: 'https://a.test' }] }]);
    const annotation = { type: 'url_citation', url_citation: { url: 'https://b.test' } };
    expect(blocksOf(part('Hey'), chunk({ annotations: [annotation] }))).toMatchObject([{ citations: [{ url: 'https://b.test' }] }]);
    expect(blocksOf(part('Hey'), chunk({ annotations: [annotation] }))[0]).toHaveProperty('citations.length', 1);
  });

  it('has usage wherever the server puts it, and the last one counts', () => {
    const usage = (tokens: number): Json => ({ prompt_tokens: tokens, completion_tokens: 1, total_tokens: tokens + 1 });
    const input = (stream: string): number | undefined => fold(stream).usage?.inputTokens;
    expect(input(event({ choices: [{ index: 0, delta: {} }], usage: usage(1) }) + event({ choices: [], usage: usage(2) }))).toBe(2);
    expect(input(event({ choices: [{ index: 0, delta: {}, usage: usage(3) }] }))).toBe(3);
    expect(input(event({ choices: [], x_groq: { usage: usage(4) } }) + event({ choices: [], usage: null }))).toBe(4);
  });
});

describe('tool calls in a stream', () => {
  it('come name first and arguments in pieces', () => {
    const first = tool({ index: 0, id: 'call_a', type: 'function', function: { name: 'f', arguments: '' } });
    const piece = (index: number, text: string): string => tool({ index, function: { arguments: text } });
    const second = tool({ index: 1, id: 'call_b', type: 'function', function: { name: 'g', arguments: '' } });
    const stream = first + piece(0, '{"a"') + piece(0, ':1}') + second + piece(1, '{}') + end('tool_calls') + DONE;
    expect(fold(stream).choices[0]).toEqual({
      content: [called('call_a', 'f', '{"a":1}'), called('call_b', 'g', '{}')],
      finish: 'tool-calls',
    });
  });

  it('come whole, without a number, with the role and the reason in the same chunk', () => {
    const whole = event({
      choices: [{
        index: 0,
        delta: { role: 'assistant', content: null, tool_calls: [{ id: 'gSIMJiOkT', function: { name: 'f', arguments: '{"a":1}' } }] },
        finish_reason: 'tool_calls',
      }],
    });
    expect(fold(whole + DONE).choices[0]).toEqual({ content: [called('gSIMJiOkT', 'f', '{"a":1}')], finish: 'tool-calls' });
    expect(
      blocksOf(tool({ id: 'a', function: { name: 'f', arguments: '{}' } }), tool({ id: 'b', function: { name: 'f', arguments: '{}' } })),
    ).toHaveLength(2);
  });

  it('that all have the number 0, or neither number nor id, are told apart by name and wholeness', () => {
    const whole = (name: string, fields: Json): string => tool({ ...fields, function: { name, arguments: '{"a":1}' } });
    expect(blocksOf(whole('f', { index: 0, id: 'a' }), whole('f', { index: 0, id: 'b' }))).toHaveLength(2);
    expect(blocksOf(whole('f', { index: 0, id: '' }), whole('f', { index: 0, id: '' }))).toEqual([
      called('call_0', 'f', '{"a":1}'),
      called('call_1', 'f', '{"a":1}'),
    ]);
    expect(blocksOf(whole('f', {}), whole('g', {}))).toHaveLength(2);
  });

  it('that repeat id and name in every piece are one', () => {
    const piece = (text: string): string => tool(
      { index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: text } }, { role: 'assistant' },
    );
    expect(blocksOf(piece('{"a"'), piece(':1'), piece('}'))).toEqual([called('a', 'f', '{"a":1}')]);
    const byId = (id: string, text: string): string => tool({ id, function: { name: 'f', arguments: text } });
    expect(blocksOf(byId('a', '{"a"'), byId('b', '{"b"'), byId('a', ':1}'), byId('b', ':2}'))).toEqual([
      called('a', 'f', '{"a":1}'),
      called('b', 'f', '{"b":2}'),
    ]);
  });

  it('that come in each other’s middle, or with words between, are put in order', () => {
    const begin = (index: number): string => tool({ index, id: `c${index}`, function: { name: `f${index}`, arguments: '' } });
    const piece = (index: number, text: string): string => tool({ index, function: { arguments: text } });
    expect(
      blocksOf(begin(0), begin(1), piece(0, '{"a"'), piece(1, '{"b"'), chunk({ content: 'Wait' }), piece(0, ':1}'), piece(1, ':2}')),
    ).toEqual([
      called('c0', 'f0', '{"a":1}'),
      called('c1', 'f1', '{"b":2}'),
      { type: 'text', text: 'Wait' },
    ]);
  });

  it('that are whole do not hold up what follows', () => {
    const reader = openAiChatProvider.readStream();
    reader.push(Buffer.from(tool({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } })));
    expect(reader.push(Buffer.from(chunk({ content: 'Hi' })))).toContainEqual({ type: 'delta', choice: 0, text: 'Hi' });
  });

  it('without arguments have an empty object, and count even where the server says stop', () => {
    expect(fold(tool({ index: 0, id: 'a', function: { name: 'f' } }) + end('stop') + DONE).choices[0]).toEqual({
      content: [called('a', 'f', '{}')],
      finish: 'tool-calls',
    });
  });

  it('of the older form, of free text, with objects and with signatures are read too', () => {
    expect(blocksOf(chunk({ function_call: { name: 'f', arguments: '' } }), chunk({ function_call: { arguments: '{"a":1}' } }))).toEqual([
      called('call_0', 'f', '{"a":1}'),
    ]);
    const custom = tool({ index: 0, id: 'a', type: 'custom', custom: { name: 'sql', input: '' } });
    expect(blocksOf(custom, tool({ index: 0, custom: { input: 'SELECT 1' } }))).toMatchObject([{ kind: 'custom', arguments: 'SELECT 1' }]);
    expect(blocksOf(tool({ index: 0, id: 'a', function: { name: 'f', arguments: { a: 1 } } }))).toEqual([called('a', 'f', '{"a":1}')]);
    const signed = {
      index: 0, id: 'a', function: { name: 'f', arguments: '{}' }, extra_content: { google: { thought_signature: 'R09P' } },
    };
    expect(blocksOf(tool(signed))).toMatchObject([{ signature: { dialect: 'openai-chat', value: 'R09P' } }]);
  });
});

describe('thoughts in a stream', () => {
  it('come in a field of their own and say which', () => {
    expect(blocksOf(chunk({ reasoning_content: 'H' }), chunk({ reasoning_content: 'm.' }), chunk({ content: 'Hi' }))).toEqual([
      { type: 'reasoning', text: 'Hm.', signature: { dialect: 'openai-chat', value: 'reasoning_content' } },
      { type: 'text', text: 'Hi' },
    ]);
    expect(blocksOf(chunk({ content: '', reasoning: 'Hm.' }))).toMatchObject([{ text: 'Hm.', signature: { value: 'reasoning' } }]);
    const mistral = { content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm.' }] }] };
    expect(blocksOf(chunk(mistral), chunk({ content: 'Hi' }))).toMatchObject(
      [{ text: 'Hm.', signature: { value: 'thinking' } }, { text: 'Hi' }],
    );
  });

  it('come as pieces of details with the signature last, and only once', () => {
    const detail = (fields: Json): string => chunk(
      { content: '', reasoning: fields['text'] ?? null, reasoning_details: [{ index: 0, ...fields }] },
    );
    const type = 'reasoning.text';
    const blocks = blocksOf(
      detail({ type, text: '', signature: '', format: 'anthropic-claude-v1' }),
      detail({ type, text: 'H', format: 'anthropic-claude-v1' }),
      detail({ type, text: 'm.', format: 'anthropic-claude-v1' }),
      detail({ type, signature: 'c2ln', format: null }),
      detail({ type: 'reasoning.encrypted', data: 'ZW5j', format: 'x', id: 'rs_1', index: 1 }),
      chunk({ content: 'Hi' }),
    );
    expect(blocks).toEqual([
      {
        type: 'reasoning',
        text: 'Hm.',
        signature: { dialect: 'openai-chat', value: '{"type":"reasoning.text","format":"anthropic-claude-v1","signature":"c2ln"}' },
      },
      {
        type: 'reasoning',
        text: '',
        redacted: true,
        id: 'rs_1',
        signature: { dialect: 'openai-chat', value: '{"type":"reasoning.encrypted","data":"ZW5j","format":"x","id":"rs_1"}' },
      },
      { type: 'text', text: 'Hi' },
    ]);
  });

  it('that another gateway like this one tells twice are said once', () => {
    const writer = openAiChatSurface.writeStream(head());
    const signature = { dialect: 'anthropic', value: 'c2ln' } as const;
    const events: ChatEvent[] = [
      { type: 'open', choice: 0, block: { type: 'reasoning' } },
      { type: 'delta', choice: 0, text: 'Hm.' },
      { type: 'signature', choice: 0, signature },
      { type: 'close', choice: 0 },
      { type: 'finish', choice: 0, reason: 'stop' },
    ];
    const { content } = fold(events.map((one) => writer.write(one)).join('') + writer.end()).choices[0]!;
    expect(content.map((block) => (block.type === 'reasoning' ? block.text : '')).join('')).toBe('Hm.');
    // The signature is worth nothing without the words that it signs.
    const message = { role: 'assistant', content, at: '' } as const;
    const context = { losses: new Losses(), nameOf: (option: string) => option };
    const back = openAiChatProvider.writeRequest({ model: 'm', messages: [message], tools: [], options: {}, stream: false }, context);
    expect(back['messages']).toMatchObject([{ reasoning_content: 'Hm.', reasoning_details: [{ text: 'Hm.', signature: 'c2ln' }] }]);
  });

  it('are told in whole where a piece happens to stand in the words before', () => {
    const pieces = ['I think', ' I', '.'].map((text) => chunk({ reasoning_details: [{ type: 'reasoning.text', index: 0, text }] }));
    const blocks = blocksOf(chunk({ reasoning: 'First. I think' }), ...pieces);
    expect(blocks.map((block) => (block.type === 'reasoning' ? block.text : ''))).toEqual(['First. I think', 'I think I.']);
  });

  it('do not hide a refusal', () => {
    const stream = chunk({ refusal: 'N' }) + chunk({ refusal: 'o.' }) + end('stop') + DONE;
    expect(fold(stream).choices[0]).toEqual({ content: [{ type: 'refusal', text: 'No.' }], finish: 'refusal' });
  });
});

describe('however it is cut', () => {
  const STREAM =
    chunk({ role: 'assistant', content: '' }) + chunk({ reasoning: 'Überlegen… 🤔' }) + chunk({ content: 'Grüße, 世界 🎉' }) +
    tool({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":"é"}' } }) + end('tool_calls') +
    event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }) + DONE;

  it.each(
    [['LF', STREAM], ['CRLF', STREAM.replaceAll('\n', '\r\n')], ['no space', STREAM.replaceAll('data: ', 'data:')]],
  )('with %s it reads the same', (_, stream) => {
    const bytes = Buffer.from(stream);
    const whole = readBytes([Buffer.from(STREAM)]);
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 20 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        expect(readBytes(at.slice(1).map((to, index) => bytes.subarray(at[index], to)))).toEqual(whole);
      }),
    );
    expect(readBytes([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });
});
