// The paths of the gateway that take words, every place where these can stand, and how a policy refuses there.
import type { Form } from './heard.ts';
import { CARD, KEYS, MODEL, type WrittenType } from './stage.ts';

export interface Way {
  key: string;
  path(stream: boolean): string;
  /** Puts words into each place of a request that can hold any. */
  places: Record<string, (words: string) => object>;
}

export const json = (words: string): string => JSON.stringify({ note: words });
/** Google's surface tells none that are not asked for. */
const THOUGHTS = { generationConfig: { thinkingConfig: { includeThoughts: true } } };
const user = { role: 'user', content: 'Hello.' };

export const WAYS: Record<string, Way> = {
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
      user: (words) => ({ contents: [{ role: 'user', parts: [{ text: words }] }], ...THOUGHTS }),
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
    places: { user: (words) => ({ contents: [{ role: 'user', parts: [{ text: words }] }], ...THOUGHTS }) },
  },
  completions: { key: KEYS.OpenAI, path: () => '/v1/completions', places: { prompt: (words) => ({ prompt: words }) } },
  embeddings: { key: KEYS.OpenAI, path: () => '/v1/embeddings', places: { input: (words) => ({ input: ['Hello.', words] }) } },
  moderations: { key: KEYS.OpenAI, path: () => '/v1/moderations', places: { input: (words) => ({ input: words }) } },
  images: { key: KEYS.OpenAI, path: () => '/v1/images/generations', places: { prompt: (words) => ({ prompt: words }) } },
};

export const GUILTY = { detectors: `My card is ${CARD}, charge it.`, judge: 'They will sue, so be quick.' };
export const INNOCENT = { detectors: 'My order is 4111-2222-3333-4445.', judge: 'They will pursue it, so be quick.' };

/** What an error says, in the envelope of whichever dialect. */
export function refusalIn({ status, body }: { status: number; body: string }): unknown {
  const { error } = JSON.parse(body) as { error: { code?: unknown; message: string; details?: { reason?: string }[] } };
  const code = error.details?.find(({ reason }) => reason !== undefined)?.reason?.toLowerCase() ?? error.code;
  return { status, code, named: /policy (no-cards|no-legal-advice) of this workspace/.test(error.message), leaks: /4242 4242|They will/.test(body) };
}
export const REFUSED = { status: 400, code: 'content_policy_violation', named: true, leaks: false };

/** A request with words in a place. */
export function bodyWith({ path, places }: Way, place: string, words: string, stream: boolean): string {
  return JSON.stringify({ model: MODEL, ...places[place]!(words), ...(stream && !path(true).includes('stream') ? { stream } : {}) });
}

/** Where an answer is text, by its form: what is called, and the place of what is asked. */
export const ANSWERED: Record<Form, { way: string; place: string }> = {
  chat: { way: 'chat completions', place: 'user' },
  completions: { way: 'completions', place: 'prompt' },
  responses: { way: 'responses', place: 'input' },
  messages: { way: 'messages', place: 'user' },
  generateContent: { way: 'generateContent', place: 'user' },
  array: { way: 'the array of streamGenerateContent', place: 'user' },
};

/** Types of providers, and who can ask them. */
export const PROVIDERS: readonly [WrittenType, readonly Form[]][] = [
  ['Other', ['chat', 'completions', 'responses', 'messages', 'generateContent', 'array']],
  ['OpenAI', ['responses']],
  ['Anthropic', ['chat', 'responses', 'messages', 'generateContent', 'array']],
  ['Google', ['chat', 'responses', 'messages', 'generateContent', 'array']],
];
