import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RequestError } from '../../../src/chat/dialect.ts';
import { Losses } from '../../../src/chat/losses.ts';
import { foldEvents } from '../../../src/chat/fold.ts';
import { openAiChatProvider, openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';

const KEYS = [
  'role', 'content', 'type', 'text', 'tool_calls', 'tool_call_id', 'function', 'name', 'arguments', 'image_url', 'url', 'file',
  'input_audio', 'reasoning_details', 'extra_content', 'google', 'thought_signature', 'cache_control', 'refusal', '__proto__',
  'choices', 'delta', 'message', 'index', 'finish_reason', 'usage', 'error', 'id', 'annotations', 'audio', 'logprobs', 'images',
] as const;
const VALUES = ['user', 'assistant', 'tool', 'text', 'function', 'image_url', 'file', 'data:image/png;base64,AA==', '{}', ''] as const;

const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom<unknown>(null, true, 0, -1, 1.5, ...VALUES),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('json'), { maxKeys: 6 }),
  ),
}));

it('no request breaks the reader: it is read, or refused by the name of a field', () => {
  const names = [
    'messages', 'tools', 'tool_choice', 'response_format', 'stop', 'reasoning', 'logit_bias', 'functions', 'metadata',
  ] as const;
  const part = fc.constantFrom(...names);
  fc.assert(
    fc.property(fc.dictionary(part, fc.oneof(json, fc.array(json, { maxLength: 3 })), { maxKeys: 3 }), (fields) => {
      const body = { model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...fields };
      try {
        expect(openAiChatSurface.readRequest(body, new Losses()).messages.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(RequestError);
        expect((error as RequestError).message).toContain((error as RequestError).param);
      }
    }),
    { numRuns: 2000 },
  );
});

const delta = fc.dictionary(
  fc.constantFrom('content', 'tool_calls', 'function_call', 'reasoning_details', 'audio', 'annotations', 'extra_content'), json,
);

it('no answer breaks the reader: it is read, or said to be none', () => {
  const choices = fc.array(fc.oneof(json, fc.record({ index: json, message: delta, finish_reason: json })), { maxLength: 3 });
  fc.assert(
    fc.property(fc.oneof(json, fc.record({ choices, usage: json, id: json, error: fc.option(json) })), (answer) => {
      try {
        expect(Array.isArray(openAiChatProvider.readAnswer(answer).choices)).toBe(true);
      } catch (error) {
        expect((error as Error).message).toMatch(/^The provider answered with /);
      }
    }),
    { numRuns: 2000 },
  );
});

it('no chunk breaks the reader of streams, and blocks never overlap', () => {
  const chunk = fc.oneof(
    json, fc.record({ choices: fc.array(fc.record({ index: fc.constantFrom(0, 1, null), delta, finish_reason: json }), { maxLength: 2 }) }),
  );
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
      const reader = openAiChatProvider.readStream();
      const bytes = Buffer.from(chunks.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(''));
      const events = [...reader.push(bytes), ...reader.end().events];
      const open = new Set<number>();
      for (const event of events) {
        if (event.type === 'open' || event.type === 'block' || event.type === 'finish') expect(open.has(event.choice)).toBe(false);
        if (event.type === 'delta' || event.type === 'signature' || event.type === 'close') expect(open.has(event.choice)).toBe(true);
        if (event.type === 'open') open.add(event.choice);
        if (event.type === 'close') open.delete(event.choice);
      }
      expect(foldEvents(events).choices.length).toBeLessThanOrEqual(2);
    }),
    { numRuns: 2000 },
  );
});
