import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/chat/dialect.ts';
import type { Block } from '../../../src/chat/request.ts';
import { call, messagesOf, result, text, weather, written } from './fixtures.ts';

describe('the conversation', () => {
  it('has its leading instructions apart, block for block with their cache marks', () => {
    const { body, losses } = written({
      messages: messagesOf(['system', [{ type: 'text', text: 'Be kind.', cache: { ttl: '1h' } }]], ['system', 'Be brief.'], ['user', 'Hi']),
    });
    expect(body['system']).toEqual([
      { type: 'text', text: 'Be kind.', cache_control: { type: 'ephemeral', ttl: '1h' } },
      { type: 'text', text: 'Be brief.' },
    ]);
    expect(body['messages']).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }]);
    expect(losses).toEqual([]);
  });

  it('makes later instructions words of the user where the model takes no others', () => {
    const { body } = written({ messages: messagesOf(['user', 'Hi'], ['assistant', 'Yes?'], ['system', 'Rhyme.'], ['user', 'Sing']) });
    expect(body['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Yes?' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Rhyme.' },
          { type: 'text', text: 'Sing' },
        ],
      },
    ]);
  });

  it('makes them words of the user on such a model even between user and model', () => {
    const { body } = written({ messages: messagesOf(['user', 'Hi'], ['system', 'Rhyme.'], ['assistant', 'Fly']) });
    expect((body['messages'] as { role: string }[]).map(({ role }) => role)).toEqual(['user', 'assistant']);
  });

  it('keeps later instructions between user and model where the model takes them', () => {
    const messages = messagesOf(
      ['user', 'Hi'],
      ['system', 'Rhyme.'],
      ['assistant', 'Fly'],
      ['system', 'Stop.'],
      ['user', 'Why'],
      ['system', 'Go.'],
    );
    const { body } = written({ model: 'claude-opus-4-8', messages });
    expect((body['messages'] as { role: string }[]).map(({ role }) => role)).toEqual(['user', 'system', 'assistant', 'user', 'system']);
  });

  it('lets the user say the last instruction of a conversation that has nothing else', () => {
    const { body } = written({ messages: messagesOf(['system', 'Be kind.'], ['system', 'Say hello.']) });
    expect(body['system']).toEqual([{ type: 'text', text: 'Be kind.' }]);
    expect(body['messages']).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Say hello.' }] }]);
  });

  it('does so where the user said nothing, or the last instruction is blank', () => {
    const { body } = written({ messages: messagesOf(['system', 'Say hello.'], ['system', ' '], ['user', '']) });
    expect(body).not.toHaveProperty('system');
    expect(body['messages']).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Say hello.' }] }]);
  });

  it('is refused by its first place where nothing of it can be sent', () => {
    const audio: Block = { type: 'audio', source: { type: 'base64', mediaType: 'audio/wav', data: 'AAAA' } };
    const refused = expect(() => written({ messages: messagesOf(['user', [audio, '']]) }));
    refused.toThrow(RequestError);
    refused.toThrow(expect.objectContaining({ param: 'messages[0]' }));
  });

  it('may begin with the model', () => {
    const { body } = written({ messages: messagesOf(['assistant', 'Hello!'], ['user', 'Hi']) });
    expect((body['messages'] as { role: string }[]).map(({ role }) => role)).toEqual(['assistant', 'user']);
  });

  it('puts all results of parallel calls into the one turn after them, before any words', () => {
    const { body } = written({
      tools: [weather],
      messages: messagesOf(
        ['user', 'Weather?'],
        ['assistant', ['Looking.', call('a'), call('b')]],
        ['user', [result('a', 'sun')]],
        ['user', 'Quick!'],
        ['user', [result('b', 'rain')]],
      ),
    });
    expect(body['messages']).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'text', text: 'Looking.' },
          { type: 'tool_use', id: 'a', name: 'get_weather', input: { city: 'Ulm' } },
          { type: 'tool_use', id: 'b', name: 'get_weather', input: { city: 'Ulm' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'sun' }] },
          { type: 'tool_result', tool_use_id: 'b', content: [{ type: 'text', text: 'rain' }] },
          { type: 'text', text: 'Quick!' },
        ],
      },
    ]);
  });

  it('gives calls legal ids, each its own, and their results the same ones', () => {
    const turn = [
      ['assistant', [call('functions.get:0')]],
      ['user', [result('functions.get:0', 'sun')]],
    ] as const;
    const { body } = written({
      messages: messagesOf(['user', 'Hi'], ...turn.map(([role, content]): [typeof role, Block[]] => [role, [...content]])),
    });
    const [, asked, answered] = body['messages'] as { content: Record<string, unknown>[] }[];
    expect(asked!.content[0]!['id']).toMatch(/^[a-zA-Z0-9_-]+$/);
    expect(answered!.content[0]!['tool_use_id']).toBe(asked!.content[0]!['id']);
  });

  it('sends no empty words and no empty message', () => {
    const { body, losses } = written({ messages: messagesOf(['user', ['', 'Hi', ' \n']], ['assistant', ''], ['user', 'There?']) });
    expect(body['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'text', text: 'There?' },
        ],
      },
    ]);
    expect(losses).toEqual([]);
  });

  it('ends the start of an answer without white space', () => {
    const { body } = written({ messages: messagesOf(['user', 'Hi'], ['assistant', 'The answer is ']) });
    expect((body['messages'] as unknown[]).at(-1)).toEqual({ role: 'assistant', content: [{ type: 'text', text: 'The answer is' }] });
  });

  it('names a cache mark that has no words to stand on', () => {
    const blank: Block = { type: 'text', text: ' ', cache: {} };
    expect(written({ messages: messagesOf(['system', [blank]], ['user', ['Hi', blank]]) }).losses).toEqual([
      'messages[0].content[0].cache_control',
      'messages[1].content[1].cache_control',
    ]);
  });

  it('names the name of a speaker as lost', () => {
    const [message] = messagesOf(['user', 'Hi']);
    expect(written({ messages: [{ ...message!, name: 'eve' }] }).losses).toEqual(['messages[0].name']);
  });
});

describe('blocks', () => {
  const content = (...blocks: Block[]): { params: unknown; losses: readonly string[] } => {
    const { body, losses } = written({ messages: messagesOf(['user', blocks]) });
    return { params: (body['messages'] as { content: unknown }[])[0]?.content, losses };
  };

  it('hold images by bytes and by address', () => {
    const { params, losses } = content(
      { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'AAAA' }, cache: {} },
      { type: 'image', source: { type: 'url', url: 'https://example.com/cat.png' } },
    );
    expect(params).toEqual([
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' }, cache_control: { type: 'ephemeral' } },
      { type: 'image', source: { type: 'url', url: 'https://example.com/cat.png' } },
    ]);
    expect(losses).toEqual([]);
  });

  it('hold PDF and text with title, context and the wish for citations', () => {
    const { params, losses } = content(
      {
        type: 'document',
        source: { type: 'base64', mediaType: 'application/pdf', data: 'AAAA' },
        name: 'a.pdf',
        context: 'old',
        citations: true,
      },
      { type: 'document', source: { type: 'base64', mediaType: 'text/csv', data: Buffer.from('größe').toString('base64') } },
      { type: 'document', source: { type: 'text', text: 'plain' } },
      { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
    );
    expect(params).toEqual([
      {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'AAAA' },
        title: 'a.pdf',
        context: 'old',
        citations: { enabled: true },
      },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'größe' } },
      { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'plain' } },
      { type: 'document', source: { type: 'url', url: 'https://example.com/a.pdf' } },
    ]);
    expect(losses).toEqual([]);
  });

  it('that Anthropic cannot hold are named by their places', () => {
    const { losses } = content(
      text('See:'),
      { type: 'audio', source: { type: 'base64', mediaType: 'audio/wav', data: 'AAAA' } },
      { type: 'image', source: { type: 'base64', mediaType: 'image/tiff', data: 'AAAA' } },
      { type: 'document', source: { type: 'file', id: 'file-abc' } },
      { type: 'other', dialect: 'google', kind: 'executableCode', value: {} },
      { type: 'document', source: { type: 'text', text: ' ' } },
    );
    expect(losses).toEqual([1, 2, 3, 4, 5].map((index) => `messages[0].content[${index}]`));
  });

  it('of failed calls keep their images, behind the result', () => {
    const image: Block = { type: 'image', source: { type: 'url', url: 'https://example.com/x.png' } };
    const failed: Block = { type: 'tool-result', callId: 'a', isError: true, content: [{ type: 'text', text: 'no' }, image] };
    expect(content(failed).params).toEqual([
      { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text', text: 'no' }], is_error: true },
      { type: 'image', source: { type: 'url', url: 'https://example.com/x.png' } },
    ]);
    const fine: Block = { type: 'tool-result', callId: 'a', content: [image] };
    expect(content(fine).params).toEqual([
      { type: 'tool_result', tool_use_id: 'a', content: [{ type: 'image', source: { type: 'url', url: 'https://example.com/x.png' } }] },
    ]);
  });

  it('of thought go back when they are Anthropic’s own, even empty ones, and are left out in silence when not', () => {
    const { body, losses } = written({
      messages: messagesOf(
        ['user', 'Hi'],
        [
          'assistant',
          [
            { type: 'reasoning', text: '', signature: { dialect: 'anthropic', value: 'sig' } },
            { type: 'reasoning', text: '', redacted: true, signature: { dialect: 'anthropic', value: 'data' } },
            { type: 'reasoning', text: 'foreign', signature: { dialect: 'google', value: 'x' } },
            { type: 'reasoning', text: 'unsigned' },
            'Yes',
          ],
        ],
      ),
    });
    expect((body['messages'] as { content: unknown }[])[1]!.content).toEqual([
      { type: 'thinking', thinking: '', signature: 'sig' },
      { type: 'redacted_thinking', data: 'data' },
      { type: 'text', text: 'Yes' },
    ]);
    expect(losses).toEqual([]);
  });

  it.each([
    ['', {}, []],
    ['[1]', { arguments: '[1]' }, ['messages[1].content[0]']],
    ['{"city":"U', { arguments: '{"city":"U' }, ['messages[1].content[0]']],
  ])('of calls with the arguments %j have the input %j', (args, input, lost) => {
    const { body, losses } = written({ messages: messagesOf(['user', 'Hi'], ['assistant', [call('a', args)]]) });
    expect((body['messages'] as { content: { input: unknown }[] }[])[1]!.content[0]!.input).toEqual(input);
    expect(losses).toEqual(lost);
  });

  it('of words keep the citations that Anthropic made, and no others', () => {
    const own = { type: 'char_location', cited_text: 'a', document_index: 0 };
    const made = { type: 'web_search_result_location', url: 'https://example.com', encrypted_index: '' };
    const citations = [own, made].map((value) => ({ original: { dialect: 'anthropic', value } as const }));
    const { body } = written({
      messages: messagesOf(['user', 'Hi'], ['assistant', [{ type: 'text', text: 'a', citations: [...citations, { url: 'x' }] }]]),
    });
    expect((body['messages'] as { content: unknown }[])[1]!.content).toEqual([{ type: 'text', text: 'a', citations: [own] }]);
  });

  it('of the model hold no images', () => {
    const image: Block = { type: 'image', source: { type: 'url', url: 'https://example.com/x.png' } };
    expect(written({ messages: messagesOf(['user', 'Hi'], ['assistant', ['See', image]]) }).losses).toEqual(['messages[1].content[1]']);
  });
});
