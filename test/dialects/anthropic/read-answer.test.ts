import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicProvider } from '../../../src/dialects/anthropic/dialect.ts';

const answer = (over: Record<string, unknown>): Record<string, unknown> => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: 'Hi' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 3, output_tokens: 2 },
  ...over,
});
const read = (over: Record<string, unknown>): ReturnType<typeof anthropicProvider.readAnswer> => anthropicProvider.readAnswer(answer(over));

describe('a whole answer', () => {
  it('has its blocks in order', () => {
    const citation = {
      type: 'web_search_result_location',
      cited_text: 'sunny',
      url: 'https://example.com',
      title: 'Weather',
      encrypted_index: 'x',
    };
    const { choices } = read({
      content: [
        { type: 'thinking', thinking: '', signature: 'sig' },
        { type: 'redacted_thinking', data: 'secret' },
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
        { type: 'text', text: 'Sun', citations: [citation] },
        { type: 'tool_use', id: 'toolu_1', name: 'now', input: {} },
      ],
      stop_reason: 'tool_use',
    });
    expect(choices).toEqual([
      {
        content: [
          { type: 'reasoning', text: '', signature: { dialect: 'anthropic', value: 'sig' } },
          { type: 'reasoning', text: '', redacted: true, signature: { dialect: 'anthropic', value: 'secret' } },
          {
            type: 'other',
            dialect: 'anthropic',
            kind: 'server_tool_use',
            value: { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'x' } },
          },
          {
            type: 'text',
            text: 'Sun',
            citations: [
              { text: 'sunny', url: 'https://example.com', title: 'Weather', original: { dialect: 'anthropic', value: citation } },
            ],
          },
          { type: 'tool-call', id: 'toolu_1', name: 'now', kind: 'function', arguments: '{}' },
        ],
        finish: 'tool-calls',
      },
    ]);
  });

  it.each([
    ['end_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['stop_sequence', 'stop-sequence'],
    ['pause_turn', 'pause'],
    ['refusal', 'refusal'],
    ['a_new_one', 'stop'],
    ['constructor', 'stop'],
    [null, 'stop'],
  ])('that ended for %s ended for %s', (reason, finish) => {
    expect(read({ stop_reason: reason }).choices[0]!.finish).toBe(finish);
  });

  it('with a call ends for the call, whatever the reason says', () => {
    const content = [{ type: 'tool_use', id: 'a', name: 'now', input: {} }];
    expect(read({ content, stop_reason: 'end_turn' }).choices[0]!.finish).toBe('tool-calls');
  });

  it('says which sequence stopped it', () => {
    expect(read({ stop_reason: 'stop_sequence', stop_sequence: 'END' }).choices[0]!.stopSequence).toBe('END');
  });

  it('says why it was refused', () => {
    const details = { type: 'refusal', category: 'cyber', explanation: 'Not this.' };
    expect(read({ content: [], stop_reason: 'refusal', stop_details: details }).choices[0]).toEqual({
      content: [{ type: 'refusal', text: 'Not this.' }],
      finish: 'refusal',
    });
  });

  it('counts cached tokens as input, as everybody else does', () => {
    const usage = {
      input_tokens: 3,
      cache_read_input_tokens: 100,
      cache_creation_input_tokens: 20,
      output_tokens: 9,
      output_tokens_details: { thinking_tokens: 4 },
      service_tier: 'standard',
    };
    expect(read({ usage })).toMatchObject({
      usage: { inputTokens: 123, cachedInputTokens: 100, cacheWriteTokens: 20, outputTokens: 9, reasoningTokens: 4 },
      serviceTier: 'default',
    });
  });

  it('may count nothing and hold nothing', () => {
    expect(read({ usage: null, content: null, id: null, model: 7 })).toEqual({
      id: '',
      model: '',
      choices: [{ content: [], finish: 'stop' }],
    });
  });

  it.each([null, 'text', [], {}, { error: { message: 'no' } }])('is not %j', (json) => {
    expect(() => anthropicProvider.readAnswer(json)).toThrow(/no list `content`/);
  });

  it('never breaks the reader, whatever its blocks are', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.jsonValue(), fc.record({ type: fc.constantFrom('text', 'thinking', 'tool_use', 'x'), input: fc.jsonValue() })),
        ),
        (content) => {
          expect(read({ content }).choices).toHaveLength(1);
        },
      ),
    );
  });
});
