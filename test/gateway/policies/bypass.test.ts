// No way around a policy: every surface x whole or streamed x every place where words can stand x detectors and judge.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CARD, KEYS, MODEL, NO_ADVICE, NO_CARDS, saying, startPolicyStage, type PolicyStage, type Said, type WrittenType } from './stage.ts';

interface Way {
  key: string;
  path(stream: boolean): string;
  /** Puts words into each place of a request that can hold any. */
  places: Record<string, (words: string) => object>;
}

const json = (words: string): string => JSON.stringify({ note: words });
const user = { role: 'user', content: 'Hello.' };

const WAYS: Record<string, Way> = {
  'chat completions': {
    key: KEYS.OpenAI,
    path: () => '/v1/chat/completions',
    places: {
      system: (words) => ({ messages: [{ role: 'system', content: words }, user] }),
      user: (words) => ({ messages: [{ role: 'user', content: words }] }),
      'a part': (words) => ({ messages: [{ role: 'user', content: [{ type: 'text', text: 'See:' }, { type: 'text', text: words }] }] }),
      history: (words) => ({ messages: [{ role: 'user', content: words }, { role: 'assistant', content: 'Ok.' }, user] }),
      'the model': (words) => ({ messages: [user, { role: 'assistant', content: words }, user] }),
      'arguments of a tool': (words) => ({
        messages: [
          user,
          { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: json(words) } }] },
          { role: 'tool', tool_call_id: 'c', content: 'ok' },
        ],
      }),
      'the result of a tool': (words) => ({
        messages: [
          user,
          { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] },
          { role: 'tool', tool_call_id: 'c', content: words },
        ],
      }),
      'the definition of a tool': (words) => ({
        messages: [user],
        tools: [{ type: 'function', function: { name: 'f', description: words, parameters: { type: 'object', properties: {} } } }],
      }),
    },
  },
  responses: {
    key: KEYS.OpenAI,
    path: () => '/v1/responses',
    places: {
      instructions: (words) => ({ instructions: words, input: 'Hello.' }),
      input: (words) => ({ input: words }),
      'a part': (words) => ({ input: [{ role: 'user', content: [{ type: 'input_text', text: words }] }] }),
      'arguments of a tool': (words) => ({
        input: [user, { type: 'function_call', call_id: 'c', name: 'f', arguments: json(words) }, { type: 'function_call_output', call_id: 'c', output: 'ok' }],
      }),
      'the result of a tool': (words) => ({
        input: [user, { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }, { type: 'function_call_output', call_id: 'c', output: words }],
      }),
      'the definition of a tool': (words) => ({
        input: 'Hello.',
        tools: [{ type: 'function', name: 'f', description: words, parameters: { type: 'object', properties: {} } }],
      }),
    },
  },
  messages: {
    key: KEYS.Anthropic,
    path: () => '/v1/messages',
    places: {
      system: (words) => ({ max_tokens: 9, system: words, messages: [user] }),
      user: (words) => ({ max_tokens: 9, messages: [{ role: 'user', content: words }] }),
      'a document': (words) => ({
        max_tokens: 9,
        messages: [{ role: 'user', content: [{ type: 'document', source: { type: 'text', media_type: 'text/plain', data: words } }, { type: 'text', text: 'Sum up.' }] }],
      }),
      'arguments of a tool': (words) => ({
        max_tokens: 9,
        messages: [
          user,
          { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'f', input: { note: words } }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok' }] },
        ],
      }),
      'the result of a tool': (words) => ({
        max_tokens: 9,
        messages: [
          user,
          { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'f', input: {} }] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: words }] }] },
        ],
      }),
      'the definition of a tool': (words) => ({ max_tokens: 9, messages: [user], tools: [{ name: 'f', description: words, input_schema: { type: 'object' } }] }),
    },
  },
  generateContent: {
    key: KEYS.Google,
    path: (stream) => `/v1beta/models/${MODEL}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    places: {
      system: (words) => ({ systemInstruction: { parts: [{ text: words }] }, contents: [{ role: 'user', parts: [{ text: 'Hello.' }] }] }),
      user: (words) => ({ contents: [{ role: 'user', parts: [{ text: words }] }] }),
      'inline text': (words) => ({
        contents: [{ role: 'user', parts: [{ inlineData: { mimeType: 'text/plain', data: Buffer.from(words).toString('base64') } }] }],
      }),
      'arguments of a tool': (words) => ({
        contents: [
          { role: 'user', parts: [{ text: 'Hello.' }] },
          { role: 'model', parts: [{ functionCall: { name: 'f', args: { note: words } } }] },
          { role: 'user', parts: [{ functionResponse: { name: 'f', response: { ok: true } } }] },
        ],
      }),
      'the result of a tool': (words) => ({
        contents: [
          { role: 'user', parts: [{ text: 'Hello.' }] },
          { role: 'model', parts: [{ functionCall: { name: 'f', args: {} } }] },
          { role: 'user', parts: [{ functionResponse: { name: 'f', response: { note: words } } }] },
        ],
      }),
      'the definition of a tool': (words) => ({
        contents: [{ role: 'user', parts: [{ text: 'Hello.' }] }],
        tools: [{ functionDeclarations: [{ name: 'f', description: words }] }],
      }),
    },
  },
  'the array of streamGenerateContent': {
    key: KEYS.Google,
    path: () => `/v1beta/models/${MODEL}:streamGenerateContent`,
    places: { user: (words) => ({ contents: [{ role: 'user', parts: [{ text: words }] }] }) },
  },
  completions: { key: KEYS.OpenAI, path: () => '/v1/completions', places: { prompt: (words) => ({ prompt: words }) } },
  embeddings: { key: KEYS.OpenAI, path: () => '/v1/embeddings', places: { input: (words) => ({ input: ['Hello.', words] }) } },
  moderations: { key: KEYS.OpenAI, path: () => '/v1/moderations', places: { input: (words) => ({ input: words }) } },
  images: { key: KEYS.OpenAI, path: () => '/v1/images/generations', places: { prompt: (words) => ({ prompt: words }) } },
};

const GUILTY = { detectors: `My card is ${CARD}, charge it.`, judge: 'They will sue, so be quick.' };
const INNOCENT = { detectors: 'My order is 4111-2222-3333-4445.', judge: 'They will pursue it, so be quick.' };

/** The code in the envelope of whichever dialect. */
function refusal(status: number, body: string): unknown {
  const { error } = JSON.parse(body) as { error: { code?: unknown; status?: unknown; message: string } };
  return { status, named: /policy (no-cards|no-legal-advice) of this workspace/.test(error.message), leaks: /4242 4242|They will/.test(body) };
}

describe('requests', () => {
  let stage: PolicyStage;
  beforeAll(async () => {
    stage = await startPolicyStage();
  });
  afterAll(() => stage.close());

  describe.each(Object.entries(WAYS))('of %s', (_name, { key, path, places }) => {
    describe.each([false, true])('streamed: %s', (stream) => {
      describe.each(Object.entries(places))('with words in %s', (_place, bodyOf) => {
        it.each(['detectors', 'judge'] as const)('that violate by what %s say are refused and never sent on, and others pass', async (by) => {
          stage.use(by === 'detectors' ? NO_CARDS : NO_ADVICE);
          stage.provider.answer(saying('Other', { text: 'Fine.' }));
          const ask = async (words: string) => stage.ask({ key, path: path(stream), body: JSON.stringify({ model: MODEL, ...bodyOf(words), ...(stream && !path(true).includes('stream') ? { stream } : {}) }) });
          const before = stage.provider.calls.length;
          const refused = await ask(GUILTY[by]);
          expect(refusal(refused.status, refused.body)).toEqual({ status: 400, named: true, leaks: false });
          expect(stage.provider.calls.length).toBe(before);
          expect((await ask(INNOCENT[by])).status).toBe(200);
          expect(stage.provider.calls.length).toBe(before + 1);
        });
      });
    });
  });
});

const ANSWERS: Record<string, (words: string) => Said> = {
  'its text': (words) => ({ text: words }),
  'a thought': (words) => ({ thought: words, text: 'Well.' }),
  'arguments of a call': (words) => ({ text: 'Well.', arguments: json(words) }),
};
const CHATS = ['chat completions', 'responses', 'messages', 'generateContent', 'the array of streamGenerateContent'] as const;

describe.each(['Other', 'Anthropic', 'Google'] satisfies WrittenType[])('answers of a provider of type %s', (type) => {
  let stage: PolicyStage;
  beforeAll(async () => {
    stage = await startPolicyStage(type);
  });
  afterAll(() => stage.close());

  describe.each(CHATS)('to %s', (name) => {
    const { key, path, places } = WAYS[name]!;
    const bodyOf = Object.values(places)[name === 'generateContent' || name.startsWith('the array') ? places['user'] === Object.values(places)[0] ? 0 : 1 : 1]!;
    describe.each(name.startsWith('the array') ? [true] : [false, true])('streamed: %s', (stream) => {
      describe.each(Object.entries(ANSWERS))('with words in %s', (_place, said) => {
        it.each(['detectors', 'judge'] as const)('that violate by what %s say never reach the caller, and others do', async (by) => {
          const only = { phases: ['Response' as const] };
          stage.use(by === 'detectors' ? { ...NO_CARDS, ...only } : { ...NO_ADVICE, ...only });
          const ask = async (words: string) => {
            stage.provider.answer(saying(type, said(words)));
            return stage.ask({ key, path: path(stream), body: JSON.stringify({ model: MODEL, ...bodyOf('Hello.'), ...(stream && !path(true).includes('stream') ? { stream } : {}) }) });
          };
          const refused = await ask(GUILTY[by]);
          expect(refused.body.replace(/\W/g, '')).not.toMatch(/42424242|Theywillsue/);
          if (refused.status === 200) expect(refused.body).toMatch(/content_filter|refusal|SAFETY|PROHIBITED_CONTENT|BLOCKLIST/);
          else expect(refusal(refused.status, refused.body)).toEqual({ status: 400, named: true, leaks: false });
          const passed = await ask(INNOCENT[by]);
          expect(passed.status).toBe(200);
          expect(passed.body).not.toMatch(/content_filter|"refusal":"|stop_reason":"refusal|SAFETY/);
        });
      });
    });
  });
});
