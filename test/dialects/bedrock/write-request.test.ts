// Requests in Bedrock's Converse form: system text, turns, and the options of all models.
import { expect, it } from 'vitest';
import type { ChatOptions } from '../../../src/chat/request.ts';
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
    output: { type: 'json' },
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
  const jsonSchema = { name: 'City', description: 'A city.', schema: '{"type":"object"}' };
  expect(writeOptions({ output })).toMatchObject({
    body: { outputConfig: { textFormat: { type: 'json_schema', structure: { jsonSchema } } } },
    losses: [],
  });
  expect(writeOptions({ output }, NOVA).losses).toEqual(['output']);
  expect(writeOptions({ output }, OLD_CLAUDE).losses).toEqual(['output']);
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
