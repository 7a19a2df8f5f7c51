// Whole answers of Converse.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ChatAnswer, Choice } from '../../../src/chat/answer.ts';
import { bedrockProvider } from '../../../src/dialects/bedrock/dialect.ts';

function answer(content: unknown, more: object = {}): ChatAnswer {
  return bedrockProvider.readAnswer({ output: { message: { role: 'assistant', content } }, stopReason: 'end_turn', ...more });
}

const choice = (content: unknown, more: object = {}): Choice | undefined => answer(content, more).choices[0];

it('has text, thoughts and calls in their order', () => {
  const content = [
    { reasoningContent: { reasoningText: { text: 'Hm', signature: 'sig' } } },
    { reasoningContent: { redactedContent: 'AAA=' } },
    { text: 'So.' },
    { toolUse: { toolUseId: 'tooluse_a', name: 'look', input: { at: 1 }, type: 'tool_use' } },
  ];
  expect(choice(content, { stopReason: 'tool_use' })).toEqual({
    finish: 'tool-calls',
    content: [
      { type: 'reasoning', text: 'Hm', signature: { dialect: 'bedrock', value: 'sig' } },
      { type: 'reasoning', text: '', redacted: true, signature: { dialect: 'bedrock', value: 'AAA=' } },
      { type: 'text', text: 'So.' },
      { type: 'tool-call', id: 'tooluse_a', name: 'look', arguments: '{"at":1}', kind: 'function' },
    ],
  });
});

it('keeps an empty thought that is signed, and drops one with nothing in it', () => {
  const content = [{ reasoningContent: { reasoningText: { text: '', signature: 'sig' } } }, { reasoningContent: {} }, { text: '' }];
  expect(choice(content)?.content).toEqual([{ type: 'reasoning', text: '', signature: { dialect: 'bedrock', value: 'sig' } }]);
});

it('keeps thoughts that no one signed', () => {
  const content = [{ reasoningContent: { reasoningText: { text: 'Hm' } } }];
  expect(choice(content)?.content).toEqual([{ type: 'reasoning', text: 'Hm' }]);
});

it('has arguments also where none came', () => {
  expect(choice([{ toolUse: { toolUseId: 'a', name: 'now' } }])?.content).toMatchObject([{ arguments: '{}' }]);
});

it('does not ask the caller to run a tool that ran at Bedrock', () => {
  const use = { toolUseId: 'a', name: 'nova_code_interpreter', input: {}, type: 'server_tool_use' };
  const result = { toolUseId: 'a', content: [{ json: {} }] };
  expect(choice([{ toolUse: use }, { toolResult: result }], { stopReason: 'tool_use' })).toEqual({
    finish: 'stop',
    content: [
      { type: 'other', dialect: 'bedrock', kind: 'toolUse', value: use },
      { type: 'other', dialect: 'bedrock', kind: 'toolResult', value: result },
    ],
  });
});

it('cites', () => {
  const sourceContent = [{ text: 'It is ' }, { text: 'blue.' }];
  const citation = { title: 'Sea', sourceContent, location: { web: { url: 'https://example.org' } } };
  const original = { dialect: 'bedrock', value: citation };
  expect(choice([{ citationsContent: { content: [{ text: 'Blue' }], citations: [citation] } }])?.content).toEqual([
    { type: 'text', text: 'Blue', citations: [{ text: 'It is blue.', title: 'Sea', url: 'https://example.org', original }] },
  ]);
});

it('has images', () => {
  expect(choice([{ image: { format: 'jpeg', source: { bytes: 'AA==' } } }])?.content).toEqual([
    { type: 'image', source: { type: 'base64', mediaType: 'image/jpeg', data: 'AA==' } },
  ]);
});

it.each([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop-sequence'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['content_filtered', 'content-filter'],
  ['guardrail_intervened', 'content-filter'],
  ['malformed_model_output', 'error'],
  ['malformed_tool_use', 'error'],
  ['tool_use', 'stop'],
  ['constructor', 'stop'],
])('ends with %s as %s', (stopReason, finish) => {
  expect(choice([{ text: 'a' }], { stopReason })?.finish).toBe(finish);
});

it('ends with a call wherever there is one', () => {
  expect(choice([{ toolUse: { toolUseId: 'a', name: 'now', input: {} } }], { stopReason: 'end_turn' })?.finish).toBe('tool-calls');
});

it.each([{ stop_sequence: 'END' }, { delta: { stop_sequence: 'END' } }])('says which stop sequence was met, told as %j', (fields) => {
  const more = { stopReason: 'stop_sequence', additionalModelResponseFields: fields };
  expect(choice([{ text: 'a' }], more)).toMatchObject({ finish: 'stop-sequence', stopSequence: 'END' });
});

it.each([
  { name: 'as is', usage: { inputTokens: 5, outputTokens: 7, totalTokens: 12 }, told: { inputTokens: 5, cachedInputTokens: 0 } },
  {
    name: 'with caches, which Bedrock counts beside the input',
    usage: { inputTokens: 5, outputTokens: 7, totalTokens: 132, cacheReadInputTokens: 100, cacheWriteInputTokens: 20 },
    told: { inputTokens: 125, cachedInputTokens: 100, cacheWriteTokens: 20 },
  },
  {
    name: 'by the other names',
    usage: { inputTokens: 5, outputTokens: 7, cacheReadInputTokenCount: 100, cacheWriteInputTokenCount: 20 },
    told: { inputTokens: 125, cachedInputTokens: 100, cacheWriteTokens: 20 },
  },
])('counts tokens $name', ({ usage, told }) => {
  expect(answer([], { usage }).usage).toEqual({ outputTokens: 7, reasoningTokens: 0, ...told });
});

it('has no usage where none was told', () => {
  expect(answer([])).not.toHaveProperty('usage');
});

it.each([null, 'text', [], {}, { message: 'no' }, { output: {} }])('is refused when it is %j', (json) => {
  expect(() => bedrockProvider.readAnswer(json)).toThrow('the answer has no output.message');
});

it('is read whatever is in it', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (content, more) => {
      expect(choice(content, more)?.content).toBeInstanceOf(Array);
    }),
  );
});
