import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatEvent } from '../../../src/chat/answer.ts';
import { foldEvents } from '../../../src/chat/fold.ts';
import { anthropicProvider } from '../../../src/dialects/anthropic/dialect.ts';
import { streamOf } from './fixtures.ts';

const start = (usage: Record<string, unknown> = { input_tokens: 5, output_tokens: 1 }): Record<string, unknown> => ({
  type: 'message_start',
  message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', content: [], stop_reason: null, usage },
});
const open = (index: number, block: Record<string, unknown>): Record<string, unknown> => ({
  type: 'content_block_start',
  index,
  content_block: block,
});
const delta = (index: number, piece: Record<string, unknown>): Record<string, unknown> => ({
  type: 'content_block_delta',
  index,
  delta: piece,
});
const close = (index: number): Record<string, unknown> => ({ type: 'content_block_stop', index });
const finish = (
  reason: string,
  usage: Record<string, unknown> = { output_tokens: 20 },
  more: Record<string, unknown> = {},
): Record<string, unknown> => ({
  type: 'message_delta',
  delta: { stop_reason: reason, stop_sequence: null, ...more },
  usage,
});
const stop = { type: 'message_stop' };

function readAll(bytes: Buffer, cuts: readonly number[] = []): { events: ChatEvent[]; complete: boolean } {
  const reader = anthropicProvider.readStream();
  const events: ChatEvent[] = [];
  let from = 0;
  for (const cut of [...cuts.map((at) => at % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]) {
    events.push(...reader.push(bytes.subarray(from, cut)));
    from = cut;
  }
  const end = reader.end();
  return { events: [...events, ...end.events], complete: end.complete };
}

const rich = streamOf(
  start({ input_tokens: 5, cache_read_input_tokens: 100, cache_creation_input_tokens: 0, output_tokens: 1 }),
  open(0, { type: 'thinking', thinking: '', signature: '' }),
  { type: 'ping' },
  delta(0, { type: 'thinking_delta', thinking: 'Grüße 🌍' }),
  delta(0, { type: 'signature_delta', signature: 'sig' }),
  close(0),
  open(1, { type: 'redacted_thinking', data: 'hidden' }),
  close(1),
  open(2, { type: 'server_tool_use', id: 's1', name: 'web_search', input: {} }),
  delta(2, { type: 'input_json_delta', partial_json: '{"query":' }),
  delta(2, { type: 'input_json_delta', partial_json: '"x"}' }),
  close(2),
  open(3, { type: 'text', text: '' }),
  delta(3, { type: 'text_delta', text: 'Sun' }),
  delta(3, { type: 'citations_delta', citation: { type: 'char_location', cited_text: 'sun', document_title: 'doc' } }),
  close(3),
  open(4, { type: 'tool_use', id: 'toolu_1', name: 'now', input: {} }),
  delta(4, { type: 'input_json_delta', partial_json: '' }),
  close(4),
  open(5, { type: 'tool_use', id: 'toolu_2', name: 'get_weather', input: {} }),
  delta(5, { type: 'input_json_delta', partial_json: '{"city":' }),
  delta(5, { type: 'input_json_delta', partial_json: '"Ulm"}' }),
  close(5),
  { type: 'something_new', data: 1 },
  finish('tool_use'),
  stop,
);

describe('a stream', () => {
  it('has the blocks, the reason and the counts of the whole answer', () => {
    const { events, complete } = readAll(rich);
    expect(complete).toBe(true);
    expect(foldEvents(events)).toEqual({
      id: 'msg_1',
      model: 'claude-sonnet-4-5',
      choices: [
        {
          content: [
            { type: 'reasoning', text: 'Grüße 🌍', signature: { dialect: 'anthropic', value: 'sig' } },
            { type: 'reasoning', text: '', redacted: true, signature: { dialect: 'anthropic', value: 'hidden' } },
            {
              type: 'other',
              dialect: 'anthropic',
              kind: 'server_tool_use',
              value: { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'x' } },
            },
            {
              type: 'text',
              text: 'Sun',
              citations: [
                {
                  text: 'sun',
                  title: 'doc',
                  original: { dialect: 'anthropic', value: { type: 'char_location', cited_text: 'sun', document_title: 'doc' } },
                },
              ],
            },
            { type: 'tool-call', id: 'toolu_1', name: 'now', kind: 'function', arguments: '{}' },
            { type: 'tool-call', id: 'toolu_2', name: 'get_weather', kind: 'function', arguments: '{"city":"Ulm"}' },
          ],
          finish: 'tool-calls',
        },
      ],
      usage: { inputTokens: 105, outputTokens: 20, cachedInputTokens: 100, reasoningTokens: 0, cacheWriteTokens: 0 },
    });
  });

  it('reads the same however it is cut', () => {
    const whole = readAll(rich);
    fc.assert(
      fc.property(fc.array(fc.nat(rich.length), { maxLength: 60 }), (cuts) => {
        expect(readAll(rich, cuts)).toEqual(whole);
      }),
    );
  });

  it('has the words that JSON says, however it is written', () => {
    const wordsOf = (form: string): string => {
      const stream = Buffer.concat([streamOf(start(), open(0, { type: 'text', text: '' })), Buffer.from(`data: ${form}\n\n`)]);
      return readAll(stream).events.map((event) => (event.type === 'delta' ? event.text : '')).join('');
    };
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(' word', 'a "b" \\ c', 'Grüße 👋', '\\', '"}}', '\u007f'));
    fc.assert(
      fc.property(texts, (text) => {
        const written = JSON.stringify(delta(0, { type: 'text_delta', text }));
        const forms = [written, `${written.slice(0, -1)}   }`, `{ ${written.slice(1)}`];
        expect(forms.map(wordsOf)).toEqual([text, text, text]);
      }),
    );
  });

  it('has no words of what is no JSON', () => {
    const broken = '{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\tb"}}';
    const { events } = readAll(Buffer.concat([streamOf(start(), open(0, { type: 'text', text: '' })), Buffer.from(`data: ${broken}\n\n`)]));
    expect(events.filter(({ type }) => type === 'delta')).toEqual([]);
  });

  it('replaces earlier counts by later ones and never adds them', () => {
    const { events } = readAll(
      streamOf(
        start({ input_tokens: 5, cache_read_input_tokens: 7, cache_creation_input_tokens: 3, output_tokens: 40 }),
        finish('end_turn', { input_tokens: 50, cache_read_input_tokens: 0, output_tokens: 41, cache_creation_input_tokens: null }),
        stop,
      ),
    );
    expect(foldEvents(events).usage).toEqual({
      inputTokens: 53,
      cachedInputTokens: 0,
      outputTokens: 41,
      reasoningTokens: 0,
      cacheWriteTokens: 3,
    });
  });

  it('keeps a thought without words for its signature', () => {
    const { events } = readAll(
      streamOf(
        start(),
        open(0, { type: 'thinking', thinking: '', signature: '' }),
        delta(0, { type: 'signature_delta', signature: 'sig' }),
        close(0),
        stop,
      ),
    );
    expect(foldEvents(events).choices[0]!.content).toEqual([
      { type: 'reasoning', text: '', signature: { dialect: 'anthropic', value: 'sig' } },
    ]);
  });

  it('takes arguments that come with the start of a call', () => {
    const { events } = readAll(
      streamOf(start(), open(0, { type: 'tool_use', id: 'a', name: 'now', input: { zone: 'UTC' } }), close(0), finish('tool_use'), stop),
    );
    expect(foldEvents(events).choices[0]!.content).toMatchObject([{ arguments: '{"zone":"UTC"}' }]);
  });

  it('says why it was refused', () => {
    const { events } = readAll(
      streamOf(start(), finish('refusal', {}, { stop_details: { type: 'refusal', explanation: 'Not this.' } }), stop),
    );
    expect(foldEvents(events).choices[0]).toEqual({ content: [{ type: 'refusal', text: 'Not this.' }], finish: 'refusal' });
  });

  it('ends with the error that it holds, whatever follows', () => {
    const failure = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'req_1' };
    const { events, complete } = readAll(
      streamOf(start(), open(0, { type: 'text', text: 'a' }), failure, close(0), finish('end_turn'), stop),
    );
    expect(events.at(-1)).toEqual({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded', code: null } });
    expect(complete).toBe(false);
  });

  it('is not complete without its own end, and closes what was open', () => {
    const { events, complete } = readAll(streamOf(start(), open(0, { type: 'text', text: 'a' })));
    expect(events.at(-1)).toEqual({ type: 'close', choice: 0 });
    expect(complete).toBe(false);
    expect(readAll(streamOf(start(), finish('end_turn'))).complete).toBe(false);
    expect(readAll(Buffer.alloc(0)).complete).toBe(false);
  });

  it('may be JSON instead: an error or a whole answer', () => {
    const error = Buffer.from('\n{"type":"error","error":{"type":"api_error","message":"Oops"}}');
    expect(readAll(error, [1, 5])).toEqual({
      events: [{ type: 'error', error: { type: 'api_error', message: 'Oops', code: null } }],
      complete: false,
    });
    const answer = {
      id: 'm',
      type: 'message',
      model: 'c',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    const { events, complete } = readAll(Buffer.from(JSON.stringify(answer)));
    expect(complete).toBe(true);
    expect(foldEvents(events)).toEqual(anthropicProvider.readAnswer(answer));
  });

  it('never breaks the reader, whatever its events are', () => {
    const types = ['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta', 'error', 'x'];
    const events = fc.array(
      fc.record({
        type: fc.constantFrom(...types),
        delta: fc.jsonValue(),
        content_block: fc.jsonValue(),
        message: fc.jsonValue(),
        usage: fc.jsonValue(),
      }),
    );
    fc.assert(
      fc.property(events, (given) => {
        expect(readAll(streamOf(...given)).complete).toBe(false);
      }),
    );
  });
});
