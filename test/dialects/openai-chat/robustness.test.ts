import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RequestError } from '../../../src/chat/dialect.ts';
import { Losses } from '../../../src/chat/losses.ts';
import { openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';

const KEYS = [
  'role', 'content', 'type', 'text', 'tool_calls', 'tool_call_id', 'function', 'name', 'arguments', 'image_url', 'url', 'file', 'input_audio',
  'reasoning_details', 'extra_content', 'google', 'thought_signature', 'cache_control', 'refusal', '__proto__', 'constructor',
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
  const part = fc.constantFrom('messages', 'tools', 'tool_choice', 'response_format', 'stop', 'reasoning', 'logit_bias', 'functions', 'metadata');
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
