// Requests in Bedrock's Converse form: system text, turns, and the options of all models.
import { expect, it } from 'vitest';
import { RequestError } from '../../../src/chat/dialect.ts';
import type { Block, ChatOptions } from '../../../src/chat/request.ts';
import { CLAUDE, HELLO, LLAMA, message, NOVA, write, writeOptions } from './converse.ts';

const OLD_CLAUDE = 'anthropic.claude-3-haiku-20240307-v1:0';

it('names neither the model nor the stream, which are in the path', () => {
  expect(write({ stream: true })).toEqual({ body: { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] }, losses: [] });
});

it('takes system text out of the messages and keeps the borders of its blocks', () => {
  const system = message('system', [
    { type: 'text', text: 'Be kind.', cache: {} },
    { type: 'text', text: 'Be short.' },
  ]);
  const late = message('system', 'Be true.', 'messages[2]');
  const { body } = write({ messages: [system, HELLO, late] });
  expect(body['system']).toEqual([{ text: 'Be kind.' }, { cachePoint: { type: 'default' } }, { text: 'Be short.' }, { text: 'Be true.' }]);
  expect(body['messages']).toEqual([{ role: 'user', content: [{ text: 'Hello' }] }]);
});

it('tells of an image in system text', () => {
  const image = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AA==' } } as const;
  expect(write({ messages: [message('system', [image]), HELLO] }).losses).toEqual(['messages[0].content[0]']);
});

it('makes one turn of neighbours with the same role', () => {
  const messages = [HELLO, message('user', 'Are you there?'), message('assistant', 'Yes.'), message('assistant', ' I am.')];
  expect(write({ messages }).body['messages']).toEqual([
    { role: 'user', content: [{ text: 'Hello' }, { text: 'Are you there?' }] },
    { role: 'assistant', content: [{ text: 'Yes.' }, { text: ' I am.' }] },
  ]);
});

it('leaves out blank text and the turns that have nothing else', () => {
  const messages = [HELLO, message('assistant', ''), message('user', [{ type: 'text', text: ' \n' }, { type: 'text', text: 'Well?' }])];
  expect(write({ messages }).body['messages']).toEqual([{ role: 'user', content: [{ text: 'Hello' }, { text: 'Well?' }] }]);
});

it('lets the user say the last instruction where nobody has said a word', () => {
  const messages = [message('system', 'Be kind.'), message('system', 'Say hello.'), message('system', ''), message('user', ' ')];
  const turns = [{ role: 'user', content: [{ text: 'Say hello.' }] }];
  expect(write({ messages }).body).toEqual({ messages: turns, system: [{ text: 'Be kind.' }] });
});

it('refuses by its first place a conversation of which nothing can be sent', () => {
  const image: Block = { type: 'image', source: { type: 'url', url: 'https://example.org/a.png' } };
  const refused = expect(() => write({ messages: [message('user', [image])] }));
  refused.toThrow(RequestError);
  refused.toThrow(expect.objectContaining({ param: 'messages[0]' }));
});

it('lets the assistant begin where the model does, and puts a word before it where not', () => {
  const messages = [message('assistant', 'Hello!'), message('user', 'Hi')];
  const begun = [
    { role: 'assistant', content: [{ text: 'Hello!' }] },
    { role: 'user', content: [{ text: 'Hi' }] },
  ];
  expect(write({ messages }).body['messages']).toEqual(begun);
  const first = { role: 'user', content: [{ text: '(The assistant speaks first.)' }] };
  expect(write({ messages, model: NOVA })).toEqual({ body: { messages: [first, ...begun] }, losses: [] });
});

it('ends the start of an answer without white space', () => {
  const begun: Block = { type: 'text', text: 'The answer is ', cache: {} };
  expect((write({ messages: [HELLO, message('assistant', [begun])] }).body['messages'] as unknown[]).at(-1)).toEqual({
    role: 'assistant',
    content: [{ text: 'The answer is' }, { cachePoint: { type: 'default' } }],
  });
});

it('tells of files in what the assistant said, which Bedrock takes from the user alone', () => {
  const image: Block = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AA==' } };
  const messages = [HELLO, message('assistant', [{ type: 'text', text: 'See:' }, image], 'messages[1]'), message('user', 'Nice')];
  const { body, losses } = write({ messages });
  expect((body['messages'] as unknown[])[1]).toEqual({ role: 'assistant', content: [{ text: 'See:' }] });
  expect(losses).toEqual(['messages[1].content[1]']);
});

it('stops Claude at sequences that are more than white space, and others at any', () => {
  const { body, losses } = writeOptions({ stop: ['END', '\n\n'] });
  expect([body['inferenceConfig'], losses]).toEqual([{ stopSequences: ['END'] }, ['stop']]);
  expect(writeOptions({ stop: ['\n\n'] }, NOVA)).toMatchObject({ body: { inferenceConfig: { stopSequences: ['\n\n'] } }, losses: [] });
  expect(writeOptions({ stop: ['\n\n'] }).body).not.toHaveProperty('additionalModelResponseFieldPaths');
});

it('sends a refusal back as the text that it was', () => {
  const messages = [HELLO, message('assistant', [{ type: 'refusal', text: 'No.' }])];
  expect(write({ messages }).body['messages']).toContainEqual({ role: 'assistant', content: [{ text: 'No.' }] });
});

it('tells of names of speakers', () => {
  expect(write({ messages: [{ ...HELLO, name: 'ann' }] }).losses).toEqual(['messages[0].name']);
});

it('puts the common options into inferenceConfig', () => {
  const { body, losses } = writeOptions({ maxTokens: 100, temperature: 0.5, topP: 0.9, stop: ['END'] }, NOVA);
  expect(body['inferenceConfig']).toEqual({ maxTokens: 100, temperature: 0.5, topP: 0.9, stopSequences: ['END'] });
  expect(losses).toEqual([]);
});

it('asks Claude which stop sequence it met', () => {
  const paths = ['/stop_sequence', '/delta/stop_sequence'];
  expect(writeOptions({ stop: ['END'] }).body['additionalModelResponseFieldPaths']).toEqual(paths);
  expect(writeOptions({ stop: ['END'] }, NOVA).body).not.toHaveProperty('additionalModelResponseFieldPaths');
  expect(writeOptions({}).body).not.toHaveProperty('additionalModelResponseFieldPaths');
});

it('holds temperature in the range of Bedrock, and says so', () => {
  const { body, losses } = writeOptions({ temperature: 1.7 });
  expect(body['inferenceConfig']).toEqual({ temperature: 1 });
  expect(losses).toEqual(['temperature']);
});

it.each([
  { name: 'both of older Claude models', model: OLD_CLAUDE, taken: { temperature: 0.2, topP: 0.9 }, losses: [] },
  { name: 'one of newer ones', model: CLAUDE, taken: { temperature: 0.2 }, losses: ['topP'] },
  { name: 'none of the newest', model: 'us.anthropic.claude-opus-4-7', taken: undefined, losses: ['temperature', 'topP'] },
])('sends $name when temperature and topP are asked for', ({ model, taken, losses }) => {
  const written = writeOptions({ temperature: 0.2, topP: 0.9 }, model);
  expect(written.body['inferenceConfig']).toEqual(taken);
  expect(written.losses).toEqual(losses);
});

it.each([
  { model: CLAUDE, fields: { top_k: 20 }, losses: [] },
  { model: NOVA, fields: { inferenceConfig: { topK: 20 } }, losses: [] },
  { model: LLAMA, fields: undefined, losses: ['topK'] },
])('sends topK to $model where that vendor has it', ({ model, fields, losses }) => {
  const written = writeOptions({ topK: 20 }, model);
  expect(written.body['additionalModelRequestFields']).toEqual(fields);
  expect(written.losses).toEqual(losses);
});

it('tells of each option that Converse has no place for', () => {
  const options: ChatOptions = {
    seed: 1,
    n: 2,
    frequencyPenalty: 0.5,
    presencePenalty: 0.5,
    logitBias: { '1': 5 },
    logprobs: true,
    topLogprobs: 3,
    verbosity: 'low',
    user: 'ann',
    cacheKey: 'k',
    store: true,
    modalities: ['text', 'audio'],
    serviceTier: 'scale',
    own: { dialect: 'google', fields: { safetySettings: [] } },
  };
  const { body, losses } = writeOptions(options);
  expect(body).toEqual({ messages: [{ role: 'user', content: [{ text: 'Hello' }] }] });
  const { own, ...named } = options;
  expect(own).toBeDefined();
  expect([...losses].toSorted()).toEqual([...Object.keys(named), 'safetySettings'].toSorted());
});

it('is silent about defaults', () => {
  const defaults: ChatOptions = {
    n: 1,
    frequencyPenalty: 0,
    presencePenalty: 0,
    logitBias: {},
    logprobs: false,
    topLogprobs: 0,
    parallelToolCalls: true,
    store: false,
    modalities: ['text'],
    serviceTier: 'auto',
    stop: [],
    metadata: {},
  };
  expect(writeOptions(defaults)).toEqual({ body: { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] }, losses: [] });
});

it('asks for an answer in the form of a schema where the model can', () => {
  const output = { type: 'schema', name: 'City', description: 'A city.', schema: { type: 'object' }, strict: true } as const;
  const jsonSchema = { name: 'City', description: 'A city.', schema: '{"type":"object","additionalProperties":false}' };
  expect(writeOptions({ output })).toMatchObject({
    body: { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema } } } },
    losses: [],
  });
});

it.each([NOVA, OLD_CLAUDE])('says in words to %s, which no schema binds, what form the answer shall have', (model) => {
  const { body, losses } = writeOptions({ output: { type: 'schema', schema: { type: 'object' } } }, model);
  expect(body).not.toHaveProperty('outputConfig');
  expect(body['system']).toEqual([{ text: expect.stringContaining('{"type":"object"}') as string }]);
  expect(losses).toEqual(['output']);
});

it('says in words that any JSON will do, and that a schema holds itself', () => {
  const json = writeOptions({ output: { type: 'json' } });
  expect([json.body['system'], json.losses]).toEqual([[{ text: expect.stringContaining('one JSON object') as string }], ['output']]);
  const list = { type: 'object', properties: { next: { $ref: '#' } } };
  const endless = writeOptions({ output: { type: 'schema', schema: list } });
  expect(endless.body).not.toHaveProperty('outputConfig');
  expect(endless.losses).toEqual(['output.$ref']);
});

it('reduces a schema to what Bedrock takes, and names the keywords that had to go', () => {
  const schema = { type: 'object', properties: { age: { type: 'integer', minimum: 0 } } };
  const { body, losses } = writeOptions({ output: { type: 'schema', schema } });
  expect(JSON.stringify(body['outputConfig'])).toContain('{minimum: 0}');
  expect(losses).toEqual(['output.minimum']);
});

it('takes metadata for the logs of Bedrock, as far as it may', () => {
  const body = { requestMetadata: { team: 'blue' } };
  expect(writeOptions({ metadata: { team: 'blue' } })).toMatchObject({ body, losses: [] });
  expect(writeOptions({ metadata: { team: 'blue', note: '{}' } })).toMatchObject({ body, losses: ['metadata'] });
});

it.each([
  ['flex', 'flex'],
  ['priority', 'priority'],
  ['standard_only', 'default'],
])('sends the service tier %s', (asked, sent) => {
  expect(writeOptions({ serviceTier: asked }).body['serviceTier']).toEqual({ type: sent });
});

it('sends no guardrail', () => {
  expect(write({}).body).not.toHaveProperty('guardrailConfig');
});
