// Places where words can stand that nobody looks at first: none of them keeps a card from its detector.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readAnswerContent, readRequestContent } from '../../../src/policy/extract/content.ts';
import { detect } from '../../../src/policy/detect.ts';
import { detectorOf, DETECTOR_IDS } from '../../../src/policy/detectors/index.ts';
import { viewsOf } from '../../../src/policy/normalise/views.ts';
import type { Content } from '../../../src/policy/types.ts';

const CARD = '4242 4242 4242 4242';
const RUN = '4242424242424242';
const NUMBER = Number(RUN);
const detectors = [detectorOf({ id: 'pii.card' }), detectorOf({ id: 'keyword', keywords: ['bluefinch'] })];
const found = (content: Content): string[] => [...detect(content, detectors, viewsOf, () => 'hash').keys()];
const user = (content: unknown) => ({ messages: [{ role: 'user', content }] });
const base64 = (bytes: Buffer | string): string => Buffer.from(bytes as string).toString('base64');
/** Of nineteen digits, which a number in JavaScript cannot hold. */
const LONG = '4000000000000000006';
/** A parser keeps the last member of a name, and models read all of them. */
const TWICE = `{"a":"${CARD}","a":"x"}`;
const SHORT_BYTES = Buffer.alloc(300, 0xfe).toString('base64');
/** No text, as what is encrypted. */
const NOISE = createHash('sha512').update('noise').digest();
const LETTERS = NOISE.toString('base64').replace(/[^A-Za-z0-9]/g, '');
const escaped = (text: string): string => [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const call = (args: string) => ({ messages: [{ role: 'assistant', tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: args } }] }] });
const part = (text: string) => ({ type: 'text', text });
let deep: unknown = { note: CARD };
for (let level = 0; level < 20_000; level++) deep = [deep];

const HIDDEN: Record<string, object> = {
  'two parts': user([part('4242 4242'), part(' 4242 4242')]),
  'two parts without a space': user([part('4242 4242'), part('4242 4242')]),
  'four parts': user([part('4242'), part(' 4242'), part(' 4242'), part(' 4242')]),
  'sixteen parts': user([...RUN].map(part)),
  'two messages': { messages: [{ role: 'user', content: '4242 4242' }, { role: 'user', content: '4242 4242' }] },
  'two turns': {
    messages: [{ role: 'user', content: 'It begins 4242 4242' }, { role: 'assistant', content: 'Go on.' }, { role: 'user', content: '4242 4242 it ends' }],
  },
  'two items of Responses': { input: [{ role: 'user', content: '4242 4242' }, { role: 'user', content: [{ type: 'input_text', text: '4242 4242' }] }] },
  'two texts to embed': { input: ['4242 4242', ' 4242 4242'] },
  'a number': { metadata: { card: NUMBER } },
  'a number in a message': user([{ type: 'text', text: 'x', card: NUMBER }]),
  'a setting': { ...user('x'), seed: NUMBER },
  'numbers of arguments in a row': call('{"card":[4242,4242,4242,4242]}'),
  'the name of a member': user([{ type: 'text', text: 'x', [CARD]: 1 }]),
  'the name of a member, in one run': { ...user('x'), [RUN]: true },
  'a bias of tokens': { ...user('x'), logit_bias: { [RUN]: 1 } },
  'a word as name of a member': { ...user('x'), bluefinch: true },
  'a word as type': user([{ type: 'bluefinch' }]),
  'an id': { messages: [{ role: 'tool', tool_call_id: RUN, content: 'ok' }] },
  'an id of words': { messages: [{ role: 'tool', tool_call_id: 'project-bluefinch', content: 'ok' }] },
  'a role': { messages: [{ role: RUN, content: 'ok' }] },
  'a signature': { messages: [{ role: 'assistant', content: [{ type: 'thinking', thinking: '', signature: RUN }] }] },
  'what is encrypted': { input: [{ type: 'reasoning', encrypted_content: `bluefinch+${RUN}` }] },
  'text that is encoded in a signature': user([{ type: 'thinking', thinking: '', signature: base64(`Dear Ann, the word is bluefinch, so write to me.`) }]),
  'text among bytes in a signature': user([{ type: 'thinking', thinking: '', signature: base64(Buffer.concat([NOISE, Buffer.from('the word: bluefinch, so'), NOISE])) }]),
  'the model of a message': { messages: [{ role: 'user', content: 'x', model: 'bluefinch' }] },
  'the name of a caller': { messages: [{ role: 'user', name: RUN, content: 'x' }] },
  user: { ...user('x'), user: RUN },
  metadata: { ...user('x'), metadata: { note: CARD } },
  'a prediction': { ...user('x'), prediction: { type: 'content', content: CARD } },
  'usage that is none': { ...user('x'), usage: CARD },
  'usage with words': user([{ type: 'text', text: 'x', usage: { note: CARD } }]),
  'log probabilities of a request': user([{ type: 'text', text: 'x', logprobs: CARD }]),
  'the name of a schema': { ...user('x'), response_format: { type: 'json_schema', json_schema: { name: 'bluefinch', schema: {} } } },
  'a property of a schema': { ...user('x'), response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { properties: { bluefinch: {} } } } } },
  'the name of a tool': { ...user('x'), tools: [{ type: 'function', function: { name: 'bluefinch' } }] },
  'the choice of a tool': { ...user('x'), tool_choice: { type: 'function', function: { name: 'bluefinch' } } },
  'the name of a file': user([{ type: 'file', file: { filename: `${CARD}.pdf`, file_data: 'data:application/pdf;base64,JVBERi0=' } }]),
  'the id of a file': user([{ type: 'file', file: { file_id: RUN } }]),
  'an address': user([{ type: 'image_url', image_url: { url: `https://example.com/?q=${encodeURIComponent(CARD)}` } }]),
  'bytes that are none': user([{ type: 'input_audio', input_audio: { data: CARD, format: 'wav' } }]),
  'text under another media type': user([{ type: 'file', file: { file_data: `data:application/octet-stream;base64,${base64(CARD)}` } }]),
  'text as an image': user([{ type: 'image_url', image_url: { url: `data:image/png;base64,${base64(CARD)}` } }]),
  'text of two bytes a letter': user([{ type: 'file', file: { file_data: `data:text/plain;charset=utf-16;base64,${base64(Buffer.from(`\ufeff${CARD}`, 'utf16le'))}` } }]),
  'an address with broken percent signs': user([{ type: 'file', file: { file_data: `data:text/plain,%34%32%34%32%20${'4242 '.repeat(3)}%ff%` } }]),
  'text that begins as an address of data': user(`data: my card is ${CARD}, keep it`),
  'the head of an address of data': user(`data:${RUN},words`),
  'the media type of an address of data': user(`data:text/plain,and ${CARD}`),
  'a parameter of an address of data': user([{ type: 'image_url', image_url: { url: `data:image/png;name=${RUN};base64,AAAA` } }]),
  'the kind in an address of data': user([{ type: 'image_url', image_url: { url: 'data:image/bluefinch;base64,AAAA' } }]),
  'an address of data whose bytes are none': user([{ type: 'file', file: { file_data: `data:text/plain;base64,my card is ${CARD}` } }]),
  'an address of data whose bytes are digits': user([{ type: 'image_url', image_url: { url: `data:image/png;base64,${RUN}` } }]),
  'bytes that read as other letters': user([{ type: 'input_audio', input_audio: { data: 'bluefinch', format: 'wav' } }]),
  'bytes of text that are none': { contents: [{ parts: [{ inlineData: { mimeType: 'text/plain', data: `well, ${CARD}` } }] }] },
  'a long text without a space': user(`${'a1'.repeat(600)}-bluefinch-${'b2'.repeat(600)}`),
  'an address of data in a text': user(`data:image/png;base64,${'a1'.repeat(600)}/bluefinch/${'b2'.repeat(600)}`),
  'JSON in JSON': call(JSON.stringify({ a: JSON.stringify({ b: JSON.stringify({ c: CARD }) }) })),
  'JSON in JSON, escaped twice': call(JSON.stringify({ a: `{"b":"${escaped(CARD)}"}` })),
  'JSON in JSON, escaped three times': call(JSON.stringify({ a: JSON.stringify({ b: escaped(CARD) }) })),
  'a member that arguments have twice': call(TWICE),
  'a member that arguments have twice, in other letters': call(`{"\\u0061":"${escaped(CARD)}","a" : "x"}`),
  'a member that arguments have three times': call(`{"a":1,"a 1":2,"a":"${CARD}","a":3}`),
  'a member that JSON in arguments has twice': call(JSON.stringify({ a: [JSON.stringify({ b: TWICE })] })),
  'a member that the output of a tool has twice': { input: [{ type: 'function_call_output', call_id: 'c', output: TWICE }] },
  'a member that metadata have twice': { ...user('x'), metadata: { a: TWICE } },
  'a member that a string in a schema has twice': { ...user('x'), tools: [{ type: 'function', function: { name: 'f', parameters: { default: TWICE } } }] },
  'a member that the input of a tool has twice': user([{ type: 'tool_use', id: 't', name: 'f', input: { a: TWICE } }]),
  'a member that the response of a function has twice': { contents: [{ parts: [{ functionResponse: { name: 'f', response: { output: TWICE } } }] }] },
  'two halves in a list of arguments': call('{"card":["4242 4242 ","4242 4242"]}'),
  'two halves in a list of the input of a tool': user([{ type: 'tool_use', id: 't', name: 'f', input: { a: ['4242-4242', '-4242-4242'] } }]),
  'two halves in a long list of arguments': call(JSON.stringify({ a: [...Array(30).fill('x'), '4242 4242 ', '4242 4242'] })),
  'two halves of other kinds in a list of arguments': call('{"card":["4242 4242 4242 ",4242]}'),
  'a long number in arguments': call(`{"card": ${LONG}}`),
  'a long number in a list of arguments': call(`{"card":[1,${LONG}]}`),
  'a long number in JSON in arguments': call(JSON.stringify({ a: `{"card":${LONG}}` })),
  'a long number in the output of a tool': { input: [{ type: 'function_call_output', call_id: 'c', output: `{"card":${LONG}}` }] },
  'what is nested deeply': user(deep),
  'what is nested deeply in arguments': { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: { deep } }] }] },
  'a member of a prototype': JSON.parse(`{"messages":[{"role":"user","content":"x","__proto__":{"content":"${CARD}"}}]}`) as object,
  'a constructor': { ...user('x'), constructor: { prototype: CARD } },
};

describe('a request', () => {
  it.each(Object.entries(HIDDEN))('cannot hide words in %s', (_place, body) => {
    expect(found(readRequestContent(body as Record<string, unknown>)).length).toBeGreaterThan(0);
  });

  it.each<[string, object]>([
    ['an earlier answer', { input: 'And then?', previous_response_id: 'resp_1' }],
    ['a conversation', { input: 'And then?', conversation: 'conv_1' }],
    ['a conversation by its id', { input: 'And then?', conversation: { id: 'conv_1' } }],
    ['a stored prompt', { prompt: { id: 'pmpt_1' } }],
    ['an earlier item', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
    ['an earlier item that says nothing but its id', { input: [{ id: 'msg_1' }] }],
    ['an earlier item of no kind', { input: [{ type: null, id: 'msg_1' }] }],
    ['an earlier item with a member that says nothing', { input: [{ id: 'msg_1', x: null, status: 'completed', content: null }] }],
    ['a cached content', { contents: [{ role: 'user', parts: [{ text: 'x' }] }], cachedContent: 'cachedContents/1' }],
    ['a file by its id', user([{ type: 'file', file: { file_id: 'file-1' } }])],
    ['a file by its id, with a text', user([{ type: 'file', file: { file_id: 'file-1', text: '' } }])],
    ['a file by its id that calls itself text', user([{ type: 'file', file: { type: 'text', file_id: 'file-1' } }])],
    ['a file by its id that calls itself a mention', user([{ type: 'file', file: { type: 'file_path', file_id: 'file-1' } }])],
    ['a file by its id below a source of text', user([{ type: 'document', source: { type: 'text', media_type: 'text/plain', file_id: 'file_1', data: 'x' } }])],
    ['a picture by an address that calls itself text', user([{ type: 'image_url', image_url: { type: 'text', url: 'https://example.com/a.png' } }])],
    ['a picture in short that calls itself text', { contents: [{ parts: [{ inlineData: { type: 'text', mimeType: 'image/png', data: SHORT_BYTES } }] }] }],
    ['a picture in short as the source of a text', user([{ type: 'image', source: { type: 'text', media_type: 'image/png', data: SHORT_BYTES } }])],
    ['a picture by its address', user([{ type: 'image_url', image_url: { url: 'https://example.com/a.png' } }])],
    ['a file by its address', { contents: [{ parts: [{ fileData: { fileUri: 'gs://a/b' } }] }] }],
    ['a picture in a member of another name', { prompt: 'x', picture: Buffer.alloc(1200, 0xff).toString('base64') }],
    ['a picture in an address of data where text is', user(`data:image/png;base64,${'iVBORw0KGgoAAAANSUhEUg'.repeat(2)}`)],
    ['bytes in an address of data that call themselves text', user([{ type: 'file', file: { file_data: `data:text/plain;base64,${'/w'.repeat(700)}` } }])],
    ['a stored prompt with variables', { input: 'x', prompt: { id: 'pmpt_1', variables: { city: 'Berlin' } } }],
    ['a picture by its id', { input: [{ role: 'user', content: [{ type: 'input_image', file_id: 'file-1' }] }] }],
    ['a file by its id, of Messages', user([{ type: 'document', source: { type: 'file', file_id: 'file_1' } }])],
    ['a file that is put into a container', user([{ type: 'container_upload', file_id: 'file_1' }])],
    ['a file that lies ready for code', { input: 'x', tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: ['file-1'] } }] }],
    ['a container that is there', { input: 'x', tools: [{ type: 'code_interpreter', container: 'cntr_1' }] }],
    ['a container of a shell', { input: 'x', tools: [{ type: 'shell', environment: { type: 'container_reference', container_id: 'cntr_1' } }] }],
    ['a container of Messages', { ...user('x'), container: 'container_1' }],
    ['a container of Messages with skills', { ...user('x'), container: { id: 'container_1', skills: [] } }],
    ['a skill of its own', { ...user('x'), container: { skills: [{ type: 'custom', skill_id: 'skill_1', version: 'latest' }] } }],
    ['a stored skill', { input: 'x', tools: [{ type: 'shell', environment: { type: 'container_auto', skills: [{ type: 'skill_reference', skill_id: 's' }] } }] }],
    ['a store of vectors', { input: 'x', tools: [{ type: 'file_search', vector_store_ids: ['vs_1'] }] }],
    ['a store of files', { contents: [], tools: [{ fileSearch: { fileSearchStoreNames: ['fileSearchStores/1'] } }] }],
    ['a collection of documents', { contents: [], tools: [{ retrieval: { vertexRagStore: { ragResources: [{ ragCorpus: 'c' }] } } }] }],
    ['a data store', { contents: [], tools: [{ retrieval: { vertexAiSearch: { datastore: 'd' } } }] }],
    ['an index of a deployment', { ...user('x'), data_sources: [{ type: 'azure_search', parameters: {} }] }],
    ['what was spoken before', { messages: [{ role: 'assistant', content: null, audio: { id: 'audio_1' } }] }],
    ['a screen', { input: [{ type: 'computer_call_output', call_id: 'c', output: { type: 'computer_screenshot', image_url: 'https://example.com/a.png' } }] }],
    ['tokens', { prompt: [[1, 2, 3]] }],
  ])('that points to %s cannot be read as a whole', (_what, body) => {
    expect(readRequestContent(body as Record<string, unknown>).unscannable).not.toEqual([]);
  });

  it.each<[string, object]>([
    ['calls of tools and their results', { messages: [{ role: 'tool', tool_call_id: 'call_1', content: 'ok' }, { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'ok' }] }] }],
    ['arguments that speak of files', { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: { file_ids: ['a'], container: 'b', conversation: 'c' } }] }] }],
    ['a tool that takes files', { ...user('x'), tools: [{ name: 'f', input_schema: { type: 'object', properties: { file_id: { type: 'string' }, vector_store_ids: { type: 'array' } } } }] }],
    ['citations of files', { input: [{ role: 'assistant', content: [{ type: 'output_text', text: 'x', annotations: [{ type: 'file_citation', file_id: 'file-1', filename: 'a.txt', index: 1 }] }] }] }],
    ['pieces of files that were found', { input: [{ type: 'file_search_call', id: 'fs_1', queries: ['q'], results: [{ file_id: 'file-1', filename: 'a.txt', text: 'x', score: 1 }] }] }],
    ['code that has run in a container', { input: [{ type: 'code_interpreter_call', id: 'ci_1', container_id: 'cntr_1', code: '1', outputs: [{ type: 'logs', logs: '1' }] }] }],
    ['a container that is made for it', { input: 'x', tools: [{ type: 'code_interpreter', container: { type: 'auto' } }, { type: 'shell', environment: { type: 'container_auto' } }] }],
    ['skills of the provider', { ...user('x'), container: { skills: [{ type: 'anthropic', skill_id: 'pptx', version: 'latest' }] } }],
    ['code that has run at the provider', user([{ type: 'bash_code_execution_tool_result', tool_use_id: 't', content: { type: 'bash_code_execution_result', stdout: 'ok', content: [{ type: 'bash_code_execution_output', file_id: 'file_1' }] } }])],
    ['servers of tools', { ...user('x'), mcp_servers: [{ type: 'url', url: 'https://mcp.example.com', name: 'm' }] }],
    ['thoughts that only their provider can read', user([{ type: 'redacted_thinking', data: `Er${'aB3x'.repeat(30)}` }])],
    ['a voice to speak with', { ...user('x'), audio: { voice: 'alloy', format: 'wav' } }],
    ['a search of the web', { contents: [], tools: [{ googleSearch: {} }, { urlContext: {} }] }],
    ['commands of a shell', { input: [{ type: 'shell_call', call_id: 'c', action: { commands: ['ls'] } }, { type: 'shell_call_output', call_id: 'c', output: [{ stdout: 'a', stderr: '' }] }] }],
  ])('with %s can be read as a whole', (_what, body) => {
    expect(readRequestContent(body as Record<string, unknown>).unscannable).toEqual([]);
  });

  it.each<[string, (key: string) => object]>([
    ['a signature', (signature) => user([{ type: 'thinking', thinking: '', signature }])],
    ['what is encrypted', (key) => ({ input: [{ type: 'reasoning', encrypted_content: `gAAAAABo${NOISE.toString('base64')}-${key}` }] })],
    ['a thought that is redacted', (data) => user([{ type: 'redacted_thinking', data }])],
  ])('cannot hide the key of a vendor in %s', (_where, bodyOf) => {
    const key = ['sk', 'ant', 'api03', `${LETTERS.repeat(2).slice(0, 93)}AA`].join('-');
    const keys = [detectorOf({ id: 'secret.vendor-key' })];
    expect([...detect(readRequestContent(bodyOf(key) as Record<string, unknown>), keys, viewsOf, () => 'hash').keys()]).toEqual(['secret.vendor-key']);
  });

  it('gives no detector a signature to find something in', () => {
    const signature = Buffer.concat([...Array(20).keys()].map((n) => createHash('sha512').update(String(n)).digest())).toString('base64');
    expect(readRequestContent(user([{ type: 'thinking', thinking: '', signature }])).parts).toEqual([]);
  });

  it('gives a judge all members of one name, each once', () => {
    const said = readRequestContent(call('{"a":"first","a":"second","b":{"a":"third"}}')).parts.filter(({ seam }) => seam !== true);
    expect(said.map(({ text }) => text)).toEqual(['f', 'a: first\na 1: second\nb\na: third']);
  });

  it('names no member that its caller has made up in the path of a part', () => {
    const { parts, unscannable } = readRequestContent({ messages: [{ role: 'user', content: { [RUN]: { bluefinch: 'words' }, text: [{ type: 'odd', [CARD]: 'more' }] } }] });
    expect(JSON.stringify([parts.map(({ path }) => path), unscannable])).not.toMatch(/4242|bluefinch/);
  });

  it.each<[string, readonly [string, string]]>([
    ['behind the sign', ['jane.doe@', 'mail.org']],
    ['before the sign', ['jane.doe', '@mail.org']],
    ['in its host', ['jane.doe@mail', '.org']],
    ['in a word', ['jane.doe@ma', 'il.org']],
  ])('cannot hide an address that a list of arguments cuts %s', (_where, to) => {
    const email = [detectorOf({ id: 'pii.email' })];
    expect(detect(readRequestContent(call(JSON.stringify({ to }))), email, viewsOf, () => 'hash').size).toBe(1);
  });

  it.each<[string, readonly (string | number)[]]>([
    ['ids', ['123e4567-e89b-12d3-a456-426614174000', '9b2d7c1e-03f4-4a7b-8c55-1f2e3d4c5b6a', 'c56a4180-65aa-42ec-a945-5fd21dec0538']],
    ['days', ['2026-01-01', '2026-01-02', '2026-02-14', '2026-12-31']],
    ['times', ['2026-11-27T15:36:06Z', '2026-11-27T16:25:00Z', '2026-11-27T17:00:00Z']],
    ['hashes', ['d40dfff', '279fc78', 'd5bb15a', 'bf9bde3', '8ad7699']],
    ['prices', ['19.99', '5.00', '1299.50', '-3.20']],
    ['orders', ['4111-2222-3333-4445', '4111-2222-3333-4446']],
    ['parts', ['AB-1234', 'AB-1235', 'AC-99', 'ZX-1000-7']],
    ['paths', ['src/a1.ts', 'src/b2.ts', 'test/c3.test.ts']],
    ['versions', ['1.2.3', '2.0.0-rc.1', '10.11.12']],
    ['places', [52.52, 13.405, '48.137', '11.575']],
    ['words and numbers', ['room 12', 'row 4', 'seat 17']],
    ['hours', ['08:00-12:00', '13:00-17:30', '18:15-20:00']],
  ])('gives no detector anything to find in a list of %s', (_what, list) => {
    const all = DETECTOR_IDS.filter((id) => id !== 'keyword' && id !== 'pattern').map((id) => detectorOf({ id }));
    const body = call(JSON.stringify({ list, more: [...list, ...list, ...list, ...list] }));
    expect([...detect(readRequestContent(body), all, viewsOf, () => 'hash').keys()]).toEqual([]);
  });

  it('as applications send it gives no detector anything to find', () => {
    const uuid = '123e4567-e89b-12d3-a456-426614174000';
    const body = {
      model: 'claude-sonnet-4-5-20250929',
      seed: 9_007_199_254_740_991,
      user: uuid,
      logit_bias: { 50256: -100, 198: 5 },
      metadata: { trace: uuid, tenant: 'team-a' },
      messages: [
        { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==' } }] },
        { role: 'assistant', id: 'msg_01XFDUDYJgAACzvnptvVoYEL', tool_calls: [{ id: 'call_9pw1qnYScqvGrCH58HWCvFH6', type: 'function', function: { name: 'look', arguments: '{"q":"x"}' } }] },
        { role: 'tool', tool_call_id: 'call_9pw1qnYScqvGrCH58HWCvFH6', content: 'ok' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_01A09q90qw90lq917835lq9', name: 'f', input: {} }] },
      ],
    };
    const all = DETECTOR_IDS.filter((id) => id !== 'keyword' && id !== 'pattern').map((id) => detectorOf({ id }));
    expect([...detect(readRequestContent(body), all, viewsOf, () => 'hash').keys()]).toEqual([]);
  });
});

const ANSWERED: Record<string, object> = {
  'log probabilities': { choices: [{ message: { role: 'assistant', content: 'x' }, logprobs: { content: [{ token: '4242 4242' }, { token: ' 4242 4242' }] } }] },
  'the name of a tool and its arguments': { content: [{ type: 'tool_use', id: 't', name: 'bluefinch', input: {} }] },
  'a citation': { content: [{ type: 'text', text: 'x', citations: [{ type: 'char_location', cited_text: CARD }] }] },
  'a refusal': { choices: [{ message: { role: 'assistant', content: null, refusal: CARD } }] },
  'a summary of thoughts': { output: [{ type: 'reasoning', summary: [{ type: 'summary_text', text: CARD }] }] },
  'two choices': { choices: [{ message: { role: 'assistant', content: '4242 4242' } }, { message: { role: 'assistant', content: ' 4242 4242' } }] },
  'two blocks': { content: [part('4242 4242'), part(' 4242 4242')] },
  'two parts around a call': { candidates: [{ content: { parts: [{ text: '4242 4242' }, { functionCall: { name: 'f', args: { a: 'b' } } }, { text: ' 4242 4242' }] } }] },
  'two parts around a thought': { candidates: [{ content: { parts: [{ text: '4242 4242' }, { text: 'Hm.', thought: true }, { text: '4242 4242' }] } }] },
  'two thoughts around a part': {
    candidates: [{ content: { parts: [{ text: '4242 4242', thought: true }, { text: 'Well.' }, { text: '4242 4242', thought: true }] } }],
  },
  'two messages around a thought': {
    output: [
      { type: 'message', content: [{ type: 'output_text', text: '4242 4242', annotations: [{ type: 'url_citation', title: 'a b', url: 'https://example.com' }] }] },
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm.' }] },
      { type: 'message', content: [{ type: 'output_text', text: '4242 4242' }] },
    ],
  },
  'two blocks around the use of a tool': { content: [part('4242 4242'), { type: 'tool_use', id: 't', name: 'f', input: { a: 'b' } }, part('4242 4242')] },
  'a transcript of what is spoken': { choices: [{ message: { role: 'assistant', audio: { id: 'a', transcript: CARD } } }] },
  'a member that arguments have twice': { choices: [{ message: { tool_calls: [{ function: { name: 'f', arguments: TWICE } }] } }] },
  'a long number in arguments': { output: [{ type: 'function_call', name: 'f', arguments: `{"card":${LONG}}` }] },
  'the model of an answer': { model: 'bluefinch', choices: [] },
  'an id': { id: RUN, choices: [] },
  'an annotation': { output: [{ type: 'message', content: [{ type: 'output_text', text: 'x', annotations: [{ type: 'url_citation', title: CARD, url: 'https://example.com' }] }] }] },
};

describe('an answer', () => {
  it.each<[string, object]>([
    ['an event of sound', { type: 'response.audio.delta', delta: SHORT_BYTES }],
    ['an event of sound, of today', { type: 'response.output_audio.delta', item_id: 'i', delta: SHORT_BYTES }],
    ['a piece of speech', { type: 'speech.audio.delta', audio: SHORT_BYTES }],
    ['sound in a message', { choices: [{ message: { role: 'assistant', audio: { id: 'a', data: SHORT_BYTES } } }] }],
    ['sound in a piece of a message', { choices: [{ delta: { audio: { data: SHORT_BYTES } } }] }],
    ['sound in a part', { candidates: [{ content: { parts: [{ inlineData: { mimeType: 'audio/pcm', data: SHORT_BYTES } }] } }] }],
  ])('of bytes in %s cannot be read, and no judge gets them as words', (_what, json) => {
    const { parts, unscannable } = readAnswerContent(json);
    expect(unscannable.map(({ kind }) => kind)).toEqual(['audio']);
    expect(parts.filter(({ text, seam }) => seam !== true && text.includes(SHORT_BYTES))).toEqual([]);
  });

  it.each(Object.entries(ANSWERED))('cannot hide words in %s', (_place, json) => {
    expect(found(readAnswerContent(json)).length).toBeGreaterThan(0);
  });
});
