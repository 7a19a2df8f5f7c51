// Blocks of messages: media, documents, cache points, thoughts.
import { describe, expect, it } from 'vitest';
import type { Block } from '../../../src/chat/request.ts';
import { CLAUDE, HELLO, LLAMA, message, NOVA, write } from './converse.ts';

function contentOf(content: Block[], model = CLAUDE): { content: unknown; losses: readonly string[] } {
  const { body, losses } = write({ model, messages: [message('user', content)] });
  return { content: (body['messages'] as { content: unknown }[])[0]?.content, losses };
}

const TEXT: Block = { type: 'text', text: 'Look' };

describe('media', () => {
  it.each([
    { kind: 'image', mediaType: 'image/png', format: 'png' },
    { kind: 'image', mediaType: 'image/jpg', format: 'jpeg' },
    { kind: 'audio', mediaType: 'audio/wav', format: 'wav' },
    { kind: 'video', mediaType: 'video/quicktime', format: 'mov' },
    { kind: 'video', mediaType: 'video/mp4; codecs="avc1"', format: 'mp4' },
  ] as const)('$mediaType goes as bytes of an $kind', ({ kind, mediaType, format }) => {
    const block: Block = { type: kind, source: { type: 'base64', mediaType, data: 'AA==' } };
    expect(contentOf([block])).toEqual({ content: [{ [kind]: { format, source: { bytes: 'AA==' } } }], losses: [] });
  });

  it('stays in S3 where it is there, whatever it is called', () => {
    const typed: Block = { type: 'image', source: { type: 'url', url: 's3://bucket/a', mediaType: 'image/webp' } };
    const named: Block = { type: 'video', source: { type: 'file', id: 's3://bucket/a.3GP' } };
    expect(contentOf([typed, named]).content).toEqual([
      { image: { format: 'webp', source: { s3Location: { uri: 's3://bucket/a' } } } },
      { video: { format: 'three_gp', source: { s3Location: { uri: 's3://bucket/a.3GP' } } } },
    ]);
  });

  it.each<{ name: string; block: Block }>([
    { name: 'at a URL', block: { type: 'image', source: { type: 'url', url: 'https://example.org/a.png' } } },
    { name: 'in a file of another provider', block: { type: 'document', source: { type: 'file', id: 'file-1' } } },
    { name: 'of a kind that Bedrock has not', block: { type: 'image', source: { type: 'base64', mediaType: 'image/tiff', data: 'AA==' } } },
    { name: 'of a kind from a prototype', block: { type: 'image', source: { type: 'base64', mediaType: 'constructor', data: 'AA==' } } },
    { name: 'that only one dialect has', block: { type: 'other', dialect: 'anthropic', kind: 'mcp_tool_use', value: {} } },
  ])('$name is told by its place', ({ block }) => {
    expect(contentOf([TEXT, block])).toEqual({ content: [{ text: 'Look' }], losses: ['messages[0].content[1]'] });
  });
});

describe('documents', () => {
  const pdf = (name?: string): Block => ({
    type: 'document',
    source: { type: 'base64', mediaType: 'application/pdf', data: 'AA==' },
    ...(name === undefined ? {} : { name }),
  });
  const namesOf = (blocks: Block[]): unknown[] =>
    (contentOf([TEXT, ...blocks]).content as { document?: { name: string } }[]).flatMap(({ document }) => document?.name ?? []);

  it('get names that are legal and there once', () => {
    expect(namesOf([pdf('report_2024.pdf'), pdf('report/2024.pdf'), pdf('Отчёт'), pdf()])).toEqual([
      'report 2024 pdf',
      'report 2024 pdf 2',
      'Document',
      'Document 2',
    ]);
  });

  it('come with text, without which Bedrock refuses them', () => {
    const document = { format: 'pdf', name: 'a', source: { bytes: 'AA==' } };
    expect(contentOf([pdf('a')]).content).toEqual([{ document }, { text: 'a' }]);
  });

  it('are cited where the model can', () => {
    const cited: Block = { type: 'document', name: 'a', citations: true, source: { type: 'text', text: 't' } };
    expect(contentOf([TEXT, cited]).content).toMatchObject([{}, { document: { citations: { enabled: true } } }]);
    expect(contentOf([TEXT, cited], NOVA).losses).toEqual(['messages[0].content[1].citations']);
    expect(JSON.stringify(contentOf([TEXT, cited], NOVA).content)).not.toContain('citations');
  });

  it('of plain text go as bytes', () => {
    const block: Block = { type: 'document', name: 'a', context: 'b', source: { type: 'text', text: 'Grüße' } };
    const bytes = Buffer.from('Grüße').toString('base64');
    expect(contentOf([TEXT, block]).content).toEqual([
      { text: 'Look' },
      { document: { format: 'txt', name: 'a', context: 'b', source: { bytes } } },
    ]);
  });
});

describe('a cache mark', () => {
  const PLACE = 'messages[0].content[0].cache_control';
  const marked = (ttl?: '5m' | '1h'): Block[] => [{ type: 'text', text: 'Long', cache: ttl === undefined ? {} : { ttl } }];

  it.each([
    { name: 'is a point behind its block', model: NOVA, ttl: undefined, point: { type: 'default' }, losses: [] },
    { name: 'lasts five minutes without saying so', model: CLAUDE, ttl: '5m', point: { type: 'default' }, losses: [] },
    { name: 'lasts an hour where it can', model: CLAUDE, ttl: '1h', point: { type: 'default', ttl: '1h' }, losses: [] },
    { name: 'lasts less where it cannot', model: NOVA, ttl: '1h', point: { type: 'default' }, losses: [`${PLACE}.ttl`] },
  ] as const)('$name', ({ model, ttl, point, losses }) => {
    expect(contentOf(marked(ttl), model)).toEqual({ content: [{ text: 'Long' }, { cachePoint: point }], losses });
  });

  it('is told where its block is blank', () => {
    const blank: Block = { type: 'text', text: '\n', cache: {} };
    expect(contentOf([blank, TEXT])).toEqual({ content: [{ text: 'Look' }], losses: [PLACE] });
  });

  it('is told where the model would refuse it', () => {
    expect(contentOf(marked(), LLAMA)).toEqual({ content: [{ text: 'Long' }], losses: [PLACE] });
  });
});

describe('thoughts', () => {
  const replay = (block: Block): unknown =>
    (write({ messages: [HELLO, message('assistant', [block, TEXT])] }).body['messages'] as { content: unknown[] }[])[1]?.content;
  const signature = { dialect: 'bedrock', value: 'sig' } as const;

  it('go back with their signature, also when they are empty', () => {
    const reasoningText = { text: '', signature: 'sig' };
    expect(replay({ type: 'reasoning', text: '', signature })).toEqual([{ reasoningContent: { reasoningText } }, { text: 'Look' }]);
  });

  it('that are hidden go back as they came', () => {
    expect(replay({ type: 'reasoning', text: '', redacted: true, signature })).toEqual([
      { reasoningContent: { redactedContent: 'sig' } },
      { text: 'Look' },
    ]);
  });

  it('of others, and those that nobody signed, stay away without a word', () => {
    const foreign: Block = { type: 'reasoning', text: 'Hm', signature: { dialect: 'google', value: 'sig' } };
    expect(replay(foreign)).toEqual([{ text: 'Look' }]);
    expect(replay({ type: 'reasoning', text: 'Hm' })).toEqual([{ text: 'Look' }]);
    expect(write({ messages: [HELLO, message('assistant', [foreign, TEXT])] }).losses).toEqual([]);
  });
});
