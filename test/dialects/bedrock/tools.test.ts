// Tools, the choice between them, their calls and results.
import { describe, expect, it } from 'vitest';
import type { Block, ChatOptions, Tool } from '../../../src/chat/request.ts';
import { CLAUDE, HELLO, LLAMA, message, NOVA, write } from './converse.ts';

const LOOK: Tool = { type: 'function', name: 'look', description: 'Looks.', parameters: { type: 'object', properties: { at: {} } } };
const NOW: Tool = { type: 'function', name: 'now' };
const call = (id: string, name = 'look', text = '{"at":1}'): Block => ({ type: 'tool-call', id, name, arguments: text, kind: 'function' });
const result = (callId: string, ...texts: string[]): Block => ({
  type: 'tool-result',
  callId,
  content: texts.map((text) => ({ type: 'text', text })),
});

describe('tools', () => {
  it('have schemas, also when they take nothing', () => {
    const { body, losses } = write({ tools: [LOOK, { ...NOW, description: '', cache: {} }] });
    expect(body['toolConfig']).toEqual({
      tools: [
        { toolSpec: { name: 'look', description: 'Looks.', inputSchema: { json: { type: 'object', properties: { at: {} } } } } },
        { toolSpec: { name: 'now', inputSchema: { json: { type: 'object', properties: {} } } } },
        { cachePoint: { type: 'default' } },
      ],
    });
    expect(losses).toEqual([]);
  });

  it('are not kept in the cache of Nova, which keeps words only', () => {
    const marked = { ...result('a', 'x'), cache: {} } as Block;
    const messages = [HELLO, message('assistant', [call('a')]), message('user', [marked], 'messages[2]')];
    const { body, losses } = write({ tools: [{ ...NOW, cache: {} } as Tool], messages, model: NOVA });
    expect(JSON.stringify(body)).not.toContain('cachePoint');
    expect(losses).toEqual(['messages[2].content[0].cache_control', 'tools[0].cache_control']);
  });

  it('are strict where the model can be', () => {
    const tools = [{ ...NOW, strict: true }];
    expect(write({ tools }).body).toMatchObject({ toolConfig: { tools: [{ toolSpec: { strict: true } }] } });
    const nova = write({ tools, model: NOVA });
    expect(nova.losses).toEqual(['tools[0].strict']);
    expect(JSON.stringify(nova.body)).not.toContain('strict');
  });

  it('that Bedrock has not are told', () => {
    const tools: Tool[] = [NOW, { type: 'other', dialect: 'anthropic', kind: 'web_search', value: {} }];
    expect(write({ tools }).losses).toEqual(['tools[1]']);
  });

  it('of plain text take it as their only field, and so do their calls', () => {
    const format = { type: 'grammar', syntax: 'regex', definition: '.+' };
    const shell: Tool = { type: 'custom', name: 'shell', description: 'Runs.', format };
    const ran: Block = { type: 'tool-call', id: 'a', name: 'shell', arguments: '{"a":1}', kind: 'custom' };
    const { body, losses } = write({ tools: [shell], messages: [HELLO, message('assistant', [ran]), message('user', [result('a', 'x')])] });
    const json = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };
    const description = expect.stringMatching(/^Runs\.[^]*grammar[^]*regex/) as string;
    expect(body['toolConfig']).toEqual({ tools: [{ toolSpec: { name: 'shell', description, inputSchema: { json } } }] });
    expect(body['messages']).toMatchObject([{}, { content: [{ toolUse: { input: { input: '{"a":1}' } } }] }, {}]);
    expect(losses).toEqual(['tools[0].format']);
  });

  it('have their properties in plain sight, which alternatives would hide', () => {
    const parameters = { anyOf: [{ properties: { a: { type: 'string' } } }, { properties: { b: {} } }], required: ['a'] };
    const { body, losses } = write({ tools: [{ ...NOW, parameters } as Tool] });
    const json = { type: 'object', properties: { a: { type: 'string' }, b: {} }, required: ['a'] };
    expect(body).toMatchObject({ toolConfig: { tools: [{ toolSpec: { inputSchema: { json } } }] } });
    expect(losses).toEqual(['tools[0].parameters.anyOf']);
  });

  it('are not strict where their schema could not be kept', () => {
    const parameters = { type: 'object', properties: { a: { type: 'string', minLength: 1 } } };
    const { body, losses } = write({ tools: [{ ...NOW, parameters, strict: true } as Tool] });
    expect(JSON.stringify(body)).toContain('minLength');
    expect(JSON.stringify(body)).not.toContain('strict');
    expect(losses).toEqual(['tools[0].strict']);
  });
});

describe('the choice', () => {
  const chosen = (toolChoice: ChatOptions['toolChoice']): unknown => write({ tools: [LOOK, NOW], options: { toolChoice } as ChatOptions });
  const names = (body: unknown): unknown => JSON.stringify(body).match(/(?<="name":")\w+/g);

  it.each([
    { name: 'of the model needs no words', toolChoice: { type: 'auto' }, choice: undefined },
    { name: 'of some tool is any', toolChoice: { type: 'required' }, choice: { any: {} } },
    { name: 'of one is that one', toolChoice: { type: 'tool', name: 'now' }, choice: { tool: { name: 'now' } } },
  ] as const)('$name', ({ toolChoice, choice }) => {
    const { body, losses } = write({ tools: [LOOK, NOW], options: { toolChoice } });
    expect((body['toolConfig'] as { toolChoice?: unknown }).toolChoice).toEqual(choice);
    expect(losses).toEqual([]);
  });

  it('of none leaves the tools out', () => {
    expect(chosen({ type: 'none' })).toEqual({ body: { messages: [{ role: 'user', content: [{ text: 'Hello' }] }] }, losses: [] });
  });

  it('of none is told where the messages need the tools', () => {
    const messages = [HELLO, message('assistant', [call('a')]), message('user', [result('a')])];
    const { body, losses } = write({ messages, tools: [LOOK], options: { toolChoice: { type: 'none' } } });
    expect(names(body['toolConfig'])).toEqual(['look']);
    expect(losses).toEqual(['toolChoice']);
  });

  it('of a few offers only these', () => {
    const { body } = write({ tools: [LOOK, NOW], options: { toolChoice: { type: 'allowed', names: ['now'], mode: 'required' } } });
    expect(names(body['toolConfig'])).toEqual(['now']);
    expect(body).toMatchObject({ toolConfig: { toolChoice: { any: {} } } });
  });

  it('of one is that of some tool where there is no other, for models that cannot be told which', () => {
    const { body, losses } = write({ tools: [LOOK, NOW], model: LLAMA, options: { toolChoice: { type: 'tool', name: 'now' } } });
    expect(names(body['toolConfig'])).toEqual(['now']);
    expect(body).toMatchObject({ toolConfig: { toolChoice: { any: {} } } });
    expect(losses).toEqual([]);
  });

  it('of some tool is told where there is none', () => {
    expect(write({ options: { toolChoice: { type: 'required' } } }).losses).toEqual(['toolChoice']);
  });

  it('to call one after the other is told', () => {
    expect(write({ tools: [NOW], options: { parallelToolCalls: false } }).losses).toEqual(['parallelToolCalls']);
  });
});

describe('calls', () => {
  const turnsOf = (...contents: [role: 'user' | 'assistant', Block[]][]): unknown =>
    write({ messages: [HELLO, ...contents.map(([role, content]) => message(role, content))], tools: [LOOK] }).body['messages'];

  it('and all their results make one turn each, results first', () => {
    expect(
      turnsOf(
        ['assistant', [{ type: 'text', text: 'So.' }, call('tooluse_a'), call('tooluse_b')]],
        ['user', [result('tooluse_a', 'a dog')]],
        ['user', [{ type: 'text', text: 'And?' }]],
        ['user', [{ ...result('tooluse_b', 'a cat'), isError: true, cache: {} } as Block]],
      ),
    ).toEqual([
      { role: 'user', content: [{ text: 'Hello' }] },
      {
        role: 'assistant',
        content: [
          { text: 'So.' },
          { toolUse: { toolUseId: 'tooluse_a', name: 'look', input: { at: 1 } } },
          { toolUse: { toolUseId: 'tooluse_b', name: 'look', input: { at: 1 } } },
        ],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'tooluse_a', content: [{ text: 'a dog' }] } },
          { toolResult: { toolUseId: 'tooluse_b', content: [{ text: 'a cat' }], status: 'error' } },
          { cachePoint: { type: 'default' } },
          { text: 'And?' },
        ],
      },
    ]);
  });

  it.each(['functions.look:0', '', 'a'.repeat(65)])('have legal ids in place of %j', (id) => {
    const turns = JSON.stringify(turnsOf(['assistant', [call(id)]], ['user', [result(id)]]));
    expect(turns.match(/(?<="toolUseId":")[^"]*/g)).toEqual(['tooluse_0', 'tooluse_0']);
  });

  it.each([
    { text: '', input: {} },
    { text: '{"a":', input: { input: '{"a":' } },
    { text: '[1]', input: { input: '[1]' } },
  ])('have an object as input, also for $text', ({ text, input }) => {
    expect(turnsOf(['assistant', [call('a', 'look', text)]])).toMatchObject([{}, { content: [{ toolUse: { input } }] }]);
  });

  it('have results that are never empty, which models refuse', () => {
    expect(turnsOf(['assistant', [call('a')]], ['user', [result('a')]])).toMatchObject([
      {},
      {},
      { content: [{ toolResult: { content: [{ text: '(no output)' }] } }] },
    ]);
  });

  it('have results with images and documents in them', () => {
    const source = { type: 'base64', mediaType: 'image/png', data: 'AA==' } as const;
    const seen: Block = {
      type: 'tool-result',
      callId: 'a',
      content: [{ type: 'image', source, cache: {} }, { type: 'document', name: 'n', source: { type: 'text', text: 't' } }],
    };
    expect(turnsOf(['assistant', [call('a')]], ['user', [seen]])).toMatchObject([
      {},
      {},
      {
        content: [
          { toolResult: { content: [{ image: { format: 'png', source: { bytes: 'AA==' } } }, { document: { name: 'n' } }] } },
          { cachePoint: { type: 'default' } },
        ],
      },
    ]);
  });

  it('keep their toolConfig, which Bedrock demands, when the request has no tools any more', () => {
    const { body } = write({ model: CLAUDE, messages: [HELLO, message('assistant', [call('a')]), message('user', [result('a')])] });
    const inputSchema = { json: { type: 'object', properties: {} } };
    expect(body['toolConfig']).toEqual({ tools: [{ toolSpec: { name: 'look', inputSchema } }] });
  });
});
