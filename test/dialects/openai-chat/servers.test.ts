// One dialect, many servers: what is written depends on who runs the one behind the address, and else on the model's name.
import { describe, expect, it } from 'vitest';
import type { WriteContext } from '../../../src/chat/dialect.ts';
import { Losses } from '../../../src/chat/losses.ts';
import type { ChatRequest, Tool } from '../../../src/chat/request.ts';
import { openAiChatProvider, openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { read } from './samples.ts';

type Json = Record<string, any>;

function write(request: Partial<ChatRequest>, hints: Partial<WriteContext> = {}): { body: Json; losses: readonly string[] } {
  const losses = new Losses();
  const whole: ChatRequest = { model: 'm', messages: [], tools: [], options: {}, stream: false, ...request };
  const context = { losses, nameOf: (option: string) => `their ${option}`, ...hints };
  return { body: openAiChatProvider.writeRequest(whole, context), losses: losses.names };
}

describe('a deployment whose name says nothing', () => {
  const model = 'our-deployment';
  const options = { maxTokens: 9, temperature: 0.5, reasoning: { effort: 'high' }, cacheKey: 'k' } as const;

  it('takes the words of OpenAI where OpenAI runs it', () => {
    const { body, losses } = write({ model, options }, { vendor: 'openai' });
    expect(body).toMatchObject({ max_completion_tokens: 9, temperature: 0.5, reasoning_effort: 'high', prompt_cache_key: 'k' });
    expect(losses).toEqual([]);
  });

  it('takes the older words where nobody knows who does', () => {
    const { body, losses } = write({ model, options });
    expect(body).toMatchObject({ max_tokens: 9, temperature: 0.5, reasoning_effort: 'high' });
    expect(losses).toEqual(['their cacheKey']);
  });

  it('gets no thoughts back where OpenAI runs it, which refuses the fields for them', () => {
    const reasoning = { type: 'reasoning', text: 'Hm', signature: { dialect: 'openai-chat', value: 'reasoning_content' } } as const;
    const messages: ChatRequest['messages'] = [{ role: 'assistant', at: '', content: [reasoning, { type: 'text', text: 'A' }] }];
    expect(write({ model, messages }, { vendor: 'openai' }).body['messages']).toEqual([{ role: 'assistant', content: 'A' }]);
    expect(write({ model, messages }).body['messages']).toMatchObject([{ reasoning_content: 'Hm' }]);
  });

  it('is still known by its name where that says something', () => {
    const { body, losses } = write({ model: 'our-gpt-4o', options }, { vendor: 'openai' });
    expect(body).not.toHaveProperty('reasoning_effort');
    expect(losses).toEqual(['their reasoning']);
  });
});

describe('a custom tool', () => {
  const grammar = { type: 'grammar', syntax: 'regex', definition: 'a+' };
  const tools: Tool[] = [{ type: 'custom', name: 'sql', description: 'Runs SQL.', format: grammar }, { type: 'custom', name: 'plain' }];
  const messages: ChatRequest['messages'] = [
    { role: 'assistant', at: '', content: [{ type: 'tool-call', id: 'call00001', name: 'sql', kind: 'custom', arguments: 'aa"' }] },
  ];
  const choice = { type: 'tool', name: 'sql' } as const;

  it('is one for OpenAI, its grammar in the form of this dialect', () => {
    const { body, losses } = write({ tools, messages, options: { toolChoice: choice } }, { vendor: 'openai' });
    expect(body).toMatchObject({
      tools: [
        { type: 'custom', custom: { name: 'sql', format: { type: 'grammar', grammar: { syntax: 'regex', definition: 'a+' } } } },
        { type: 'custom', custom: { name: 'plain' } },
      ],
      tool_choice: { type: 'custom', custom: { name: 'sql' } },
      messages: [{ tool_calls: [{ type: 'custom', custom: { name: 'sql', input: 'aa"' } }] }],
    });
    expect(losses).toEqual([]);
  });

  it('is a function of one text for others, which have no such tools', () => {
    const { body, losses } = write({ tools, messages, options: { toolChoice: choice } });
    const parameters = { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] };
    expect(body).toMatchObject({
      tools: [
        { type: 'function', function: { name: 'sql', description: expect.stringContaining('"definition":"a+"') as string, parameters } },
        { type: 'function', function: { name: 'plain', parameters } },
      ],
      tool_choice: { type: 'function', function: { name: 'sql' } },
      messages: [{ tool_calls: [{ id: 'call00001', type: 'function', function: { name: 'sql', arguments: '{"input":"aa\\""}' } }] }],
    });
    expect(body['tools'][1].function).not.toHaveProperty('description');
    expect(losses).toEqual(['tools[0].format']);
  });

  it('stays one where its caller hears the server itself', () => {
    const { body, losses } = write({ tools, messages }, { isNative: true });
    expect(body).toMatchObject({ tools: [{ type: 'custom' }, { type: 'custom' }], messages: [{ tool_calls: [{ type: 'custom' }] }] });
    expect(losses).toEqual([]);
  });

  it('is read with its grammar in the form of the middle', () => {
    const custom = { name: 'sql', format: { type: 'grammar', grammar: { syntax: 'regex', definition: 'a+' } } };
    expect(read({ tools: [{ type: 'custom', custom }] }).request.tools).toEqual([{ type: 'custom', name: 'sql', format: grammar }]);
  });
});

describe('a conversation', () => {
  const speak = (role: string, content: string): Json => ({ role, content });

  it.each([
    ['of system text only', [speak('system', 'Say hello.')]],
    ['that the assistant begins', [speak('assistant', 'Welcome!'), speak('user', 'Hi')]],
    ['of the assistant only', [speak('assistant', 'Welcome!')]],
    ['that ends with the assistant', [speak('user', 'Count:'), speak('assistant', '1, 2,')]],
    ['with system text in the middle and at the end', ['user', 'system', 'user', 'system'].map((role) => speak(role, 'Well?'))],
  ])('%s reaches the server as it is', (_, messages) => {
    const losses = new Losses();
    const request = openAiChatSurface.readRequest({ model: 'm', messages }, losses);
    const { body } = write({ messages: request.messages });
    expect(body['messages']).toEqual(messages);
    expect(losses.names).toEqual([]);
  });
});
