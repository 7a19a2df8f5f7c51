import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/chat/dialect.ts';
import type { Block, Message } from '../../../src/chat/request.ts';
import { Losses } from '../../../src/chat/losses.ts';
import { openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { read } from './samples.ts';

const messagesOf = (...messages: unknown[]): Message[] => read({ messages }).request.messages;
const blocksOf = (message: unknown): Block[] => messagesOf(message)[0]!.content;
const userBlock = (part: unknown): Block => blocksOf({ role: 'user', content: [part] })[0]!;

describe('messages', () => {
  it('keep their order and know where their caller wrote them', () => {
    const messages = messagesOf(
      { role: 'developer', content: 'Be brief.' },
      { role: 'user', content: 'Hi', name: 'ann' },
      { role: 'assistant', content: 'Hello' },
      { role: 'system', content: [{ type: 'text', text: 'Now be long.' }] },
    );
    expect(messages).toEqual([
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }], at: 'messages[0]' },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }], name: 'ann', at: 'messages[1]' },
      { role: 'assistant', content: [{ type: 'text', text: 'Hello' }], at: 'messages[2]' },
      { role: 'system', content: [{ type: 'text', text: 'Now be long.' }], at: 'messages[3]' },
    ]);
  });

  it('of tools become results that know the name of their tool', () => {
    const messages = messagesOf(
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
          { id: 'b', type: 'custom', custom: { name: 'g', input: 'SELECT 1' } },
          { id: '', function: { name: 'h', arguments: '' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: '1' },
      { role: 'tool', tool_call_id: 'b', content: [{ type: 'text', text: '2' }] },
      { role: 'tool', tool_call_id: '', content: '3' },
    );
    expect(messages.map(({ role, content }) => ({ role, content }))).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'tool-call', id: 'a', name: 'f', kind: 'function', arguments: '{"x":1}' },
          { type: 'tool-call', id: 'b', name: 'g', kind: 'custom', arguments: 'SELECT 1' },
          { type: 'tool-call', id: 'call', name: 'h', kind: 'function', arguments: '{}' },
        ],
      },
      { role: 'user', content: [{ type: 'tool-result', callId: 'a', name: 'f', content: [{ type: 'text', text: '1' }] }] },
      { role: 'user', content: [{ type: 'tool-result', callId: 'b', name: 'g', content: [{ type: 'text', text: '2' }] }] },
      { role: 'user', content: [{ type: 'tool-result', callId: 'call', name: 'h', content: [{ type: 'text', text: '3' }] }] },
    ]);
  });

  it('of the assistant keep refusals, and lose what only SDKs added without a word', () => {
    const message = {
      role: 'assistant', content: null, refusal: 'No.', annotations: [{ type: 'url_citation' }], audio: null, function_call: null,
    };
    const { request, losses } = read({ messages: [message] });
    expect(request.messages[0]!.content).toEqual([{ type: 'refusal', text: 'No.' }]);
    expect(losses).toEqual([]);
  });

  it('tell what they say and nobody can hold', () => {
    expect(read({ messages: [{ role: 'assistant', content: 'Once', prefix: true }] }).losses).toEqual(['messages[0].prefix']);
    const audio = { type: 'input_audio', input_audio: { data: 'AA==', format: 'wav' } };
    expect(read({ messages: [{ role: 'tool', tool_call_id: 'a', content: [audio] }] }).losses).toEqual(['messages[0].content[0]']);
  });
});

describe('parts of content', () => {
  it.each<[unknown, Block]>([
    [{ type: 'text', text: '' }, { type: 'text', text: '' }],
    [
      { type: 'image_url', image_url: { url: 'https://a.test/b.png', detail: 'low' } },
      { type: 'image', source: { type: 'url', url: 'https://a.test/b.png' }, detail: 'low' },
    ],
    [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0K' } },
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'iVBORw0K' } },
    ],
    [{ type: 'image_url', image_url: 'https://a.test/b.png' }, { type: 'image', source: { type: 'url', url: 'https://a.test/b.png' } }],
    [
      { type: 'image_url', image_url: { url: 'data:application/pdf;base64,JVBE' } },
      { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'JVBE' } },
    ],
    [
      { type: 'input_audio', input_audio: { data: 'AA==', format: 'mp3' } },
      { type: 'audio', source: { type: 'base64', mediaType: 'audio/mpeg', data: 'AA==' } },
    ],
    [
      { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' } },
      { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'JVBE' }, name: 'a.pdf' },
    ],
    [
      { type: 'file', file: { filename: 'a.csv', file_data: 'YSxi' } },
      { type: 'document', source: { type: 'base64', mediaType: 'text/csv', data: 'YSxi' }, name: 'a.csv' },
    ],
    [{ type: 'file', file: { file_id: 'file-1' } }, { type: 'document', source: { type: 'file', id: 'file-1' } }],
    [{ type: 'video_url', video_url: { url: 'https://a.test/b.mp4' } }, {
      type: 'video', source: { type: 'url', url: 'https://a.test/b.mp4' },
    }],
    [{ type: 'hologram', x: 1 }, { type: 'other', dialect: 'openai-chat', kind: 'hologram', value: { type: 'hologram', x: 1 } }],
  ])('%j', (part, block) => {
    expect(userBlock(part)).toEqual(block);
  });

  it.each([
    { type: 'image_url', image_url: { url: 'iVBORw0K' } },
    { type: 'image_url', image_url: { url: 'data:image/png,iVBORw0K' } },
    { type: 'image_url', image_url: {} },
    { type: 'file', file: {} },
  ])('%j is refused', (part) => {
    expect(() => userBlock(part)).toThrow(RequestError);
  });

  it('of many megabytes are read in a moment', () => {
    const data = 'A'.repeat(20_000_000);
    expect(userBlock({ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } })).toMatchObject({ source: { data } });
  });

  it('keep the marks of what is worth caching', () => {
    expect(userBlock({ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } })).toEqual({ type: 'text', text: 'a', cache: {} });
    expect(userBlock({ type: 'text', text: 'a', cache_control: { type: 'ephemeral', ttl: '1h' } })).toMatchObject({ cache: { ttl: '1h' } });
    expect(userBlock({ type: 'text', text: 'a', prompt_cache_breakpoint: { mode: 'explicit' } })).toMatchObject({ cache: {} });
    const tool = { role: 'tool', tool_call_id: 'a', content: 'x', cache_control: { type: 'ephemeral' } };
    expect(blocksOf(tool)).toMatchObject([{ type: 'tool-result', cache: {} }]);
  });
});

describe('thoughts that come back', () => {
  it('are read from the details, which have the signatures, rather than from the text', () => {
    const blocks = blocksOf({
      role: 'assistant',
      content: 'Hello',
      reasoning_content: 'Let me see.',
      reasoning_details: [
        { type: 'reasoning.text', text: 'Let me see.', signature: 'c2ln', format: 'anthropic', index: 0 },
        { type: 'reasoning.encrypted', data: 'ZGF0YQ', format: 'anthropic', index: 1 },
        { type: 'reasoning.text', text: '', signature: 'ZW1wdHk', format: 'anthropic', index: 2 },
      ],
    });
    expect(blocks).toEqual([
      { type: 'reasoning', text: 'Let me see.', signature: { dialect: 'anthropic', value: 'c2ln' } },
      { type: 'reasoning', text: '', signature: { dialect: 'anthropic', value: 'ZGF0YQ' }, redacted: true },
      { type: 'reasoning', text: '', signature: { dialect: 'anthropic', value: 'ZW1wdHk' } },
      { type: 'text', text: 'Hello' },
    ]);
  });

  it('are read from the text where there are no details', () => {
    expect(blocksOf({ role: 'assistant', content: 'Hello', reasoning: 'Hm.', reasoning_details: [] })).toEqual([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Hello' },
    ]);
  });

  it('of Google are read from where Google puts them', () => {
    const extra = { google: { thought_signature: 'R09P' } };
    const blocks = blocksOf({
      role: 'assistant',
      content: 'Hello',
      extra_content: extra,
      tool_calls: [
        { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' }, extra_content: extra },
        { id: 'b', type: 'function', function: { name: 'f', arguments: '{}' }, extra_content: {
          google: { thought_signature: 'bedrock:x:y' },
        } },
      ],
    });
    expect(blocks).toMatchObject([
      { type: 'text', signature: { dialect: 'google', value: 'R09P' } },
      { type: 'tool-call', signature: { dialect: 'google', value: 'R09P' } },
      { type: 'tool-call', signature: { dialect: 'bedrock', value: 'x:y' } },
    ]);
    expect(blocksOf({ role: 'assistant', content: null, extra_content: extra })).toEqual([
      { type: 'text', text: '', signature: { dialect: 'google', value: 'R09P' } },
    ]);
  });
});

it('pictures that a model made come back as such, and every block is named by where its caller wrote it', () => {
  const detail = { type: 'reasoning.text', text: 'Hm.', signature: 's', format: 'anthropic' };
  const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBO' } };
  const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };
  const losses = new Losses();
  const message = { role: 'assistant', content: [{ type: 'text', text: '' }, { type: 'text', text: 'Here.' }], images: [picture] };
  const body = { model: 'm', messages: [{ ...message, reasoning_details: [detail], tool_calls: [call] }] };
  const [{ content }] = openAiChatSurface.readRequest(body, losses).messages as [Message];
  expect(content.map(({ type }) => type)).toEqual(['reasoning', 'text', 'image', 'tool-call']);
  expect(losses.names).toEqual([]);
  for (const place of [1, 2, 3]) losses.add(`messages[0].content[${place}]`);
  losses.add('messages[0].content[2].source');
  expect(losses.names).toEqual([
    'messages[0].content[1]', 'messages[0].images[0]', 'messages[0].tool_calls[0]', 'messages[0].images[0].source',
  ]);
});
