// Tools that a provider takes only by another name or in another form, and their calls as the caller's SDK reads them.
import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { sdk } from '../fake/caller.ts';
import { APP_KEY, aRepository } from '../fake/gateway.ts';
import { json } from '../fake/provider.ts';
import { startServing, type Serving } from '../fake/serving.ts';

type Event = { type: string } & Record<string, unknown>;

const SQL = 'SELECT "x"\nFROM é';
const USAGE = { input_tokens: 1, output_tokens: 1 };
const CLAUDE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', stop_sequence: null, usage: USAGE };
const TOOL_USE = { type: 'tool_use', id: 'toolu_1', name: 'run_sql', input: { input: SQL } };
const CLAUDE_ANSWER = { ...CLAUDE, content: [TOOL_USE], stop_reason: 'tool_use' };
const CLAUDE_EVENTS: Event[] = [
  { type: 'message_start', message: { ...CLAUDE, content: [], stop_reason: null } },
  { type: 'content_block_start', index: 0, content_block: { ...TOOL_USE, input: {} } },
  ...[...JSON.stringify(TOOL_USE.input)].map((piece) => ({
    type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: piece },
  })),
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 1 } },
  { type: 'message_stop' },
];

let serving: Serving;
beforeAll(async () => {
  serving = await startServing();
});
beforeEach(() => {
  serving.provider.calls.length = 0;
});
afterAll(() => serving.close());

function sent(): Record<string, unknown> {
  return JSON.parse(serving.provider.calls.at(-1)?.body ?? '{}') as Record<string, unknown>;
}

function answerStream(events: readonly unknown[]): void {
  serving.provider.answer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
  });
}

describe('a custom tool for a provider that has functions only', () => {
  const ask = { model: 'small-1', messages: [{ role: 'user' as const, content: 'Go' }] };
  const chatTools = [{ type: 'custom' as const, custom: { name: 'run_sql', description: 'Runs SQL.' } }];
  const tools = [{ type: 'custom' as const, name: 'run_sql', description: 'Runs SQL.' }];
  const inChat = { type: 'custom', custom: { name: 'run_sql', input: SQL } };
  const inResponses = { type: 'custom_tool_call', name: 'run_sql', input: SQL };
  beforeEach(() => serving.apply({}, { type: 'Anthropic' }));

  it('is called as a custom tool in a chat', async () => {
    serving.provider.answer(json(200, CLAUDE_ANSWER));
    const answer = await sdk(serving.gateway).chat.completions.create({ ...ask, tools: chatTools });
    expect(sent()['tools']).toMatchObject([{ name: 'run_sql', input_schema: { properties: { input: { type: 'string' } } } }]);
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { tool_calls: [inChat] } });
  });

  it('is called as a custom tool in the stream of a chat', async () => {
    answerStream(CLAUDE_EVENTS);
    const stream = await sdk(serving.gateway).chat.completions.create({ ...ask, tools: chatTools, stream: true });
    const calls: { type?: string; custom?: { name?: string; input?: string } }[] = [];
    for await (const chunk of stream) calls.push(...((chunk.choices[0]?.delta.tool_calls ?? []) as typeof calls));
    expect(calls[0]).toMatchObject({ type: 'custom', custom: { name: 'run_sql' } });
    expect(calls.map(({ custom }) => custom?.input ?? '').join('')).toBe(SQL);
  });

  it('is called as a custom tool in a response', async () => {
    serving.provider.answer(json(200, CLAUDE_ANSWER));
    const { output } = await sdk(serving.gateway).responses.create({ model: 'small-1', input: 'Go', tools });
    expect(output).toMatchObject([inResponses]);
  });

  it('is called as a custom tool in the stream of a response', async () => {
    answerStream(CLAUDE_EVENTS);
    const stream = await sdk(serving.gateway).responses.create({ model: 'small-1', input: 'Go', tools, stream: true });
    const events = [];
    for await (const event of stream) events.push(event);
    expect(events.findLast(({ type }) => type === 'response.custom_tool_call_input.done')).toMatchObject({ input: SQL });
    expect(events.at(-1)).toMatchObject({ type: 'response.completed', response: { output: [inResponses] } });
  });

  it('goes back as it was called', async () => {
    serving.provider.answer(json(200, { ...CLAUDE, content: [{ type: 'text', text: 'Done' }], stop_reason: 'end_turn' }));
    const call = { id: 'call_1', type: 'custom' as const, custom: { name: 'run_sql', input: SQL } };
    const messages = [
      ...ask.messages,
      { role: 'assistant' as const, tool_calls: [call] },
      { role: 'tool' as const, tool_call_id: 'call_1', content: '3 rows' },
    ];
    await sdk(serving.gateway).chat.completions.create({ model: 'small-1', messages, tools: chatTools });
    expect(sent()['messages']).toMatchObject([
      {},
      { content: [{ type: 'tool_use', id: 'call_1', name: 'run_sql', input: { input: SQL } }] },
      { content: [{ type: 'tool_result', tool_use_id: 'call_1' }] },
    ]);
  });
});

describe('a tool whose name only the caller\'s dialect allows', () => {
  const name = `mcp__${'server'.repeat(15)}__read`;
  const ask = {
    model: 'small-1', max_tokens: 10, tools: [{ name, input_schema: { type: 'object' as const } }],
    tool_choice: { type: 'tool' as const, name },
    messages: [
      { role: 'user' as const, content: 'Go' },
      { role: 'assistant' as const, content: [{ type: 'tool_use' as const, id: 'toolu_1', name, input: {} }] },
      { role: 'user' as const, content: [{ type: 'tool_result' as const, tool_use_id: 'toolu_1', content: 'a' }] },
    ],
  };
  const anthropic = (): Anthropic =>
    new Anthropic({ baseURL: serving.gateway.url, apiKey: APP_KEY, maxRetries: 0 });

  /** The name that the provider knows, everywhere the same. */
  function sentName(): string {
    const { tools, tool_choice: choice, messages } = sent() as Record<string, { function: { name: string }; tool_calls: typeof tools }[]>;
    const shown = tools![0]!.function.name;
    expect(choice).toMatchObject({ function: { name: shown } });
    expect(messages![1]).toMatchObject({ tool_calls: [{ function: { name: shown } }] });
    return shown;
  }

  /** Calls the tool by the name under which it was sent. */
  const callOf = (): object => ({ id: 'call_1', type: 'function', function: { name: sentName(), arguments: '{"at":1}' } });
  beforeEach(() => {
    const keys = { [hashKey(APP_KEY)]: { id: 'k', repository: 'team-a/chat', type: 'Anthropic' as const } };
    serving.apply({ keys, repositories: { 'team-a/chat': aRepository({ surfaces: ['Anthropic'] }) } }, { type: 'OpenAI' });
  });

  it('is known to the provider by a legal one, and called by the caller\'s', async () => {
    serving.provider.answer((response) => {
      const message = { role: 'assistant', content: null, tool_calls: [callOf()] };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, message, finish_reason: 'tool_calls' }] }));
    });
    const answer = await anthropic().messages.create(ask);
    expect(sentName()).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(answer.content).toMatchObject([{ type: 'tool_use', name, input: { at: 1 } }]);
  });

  it('is called by the caller\'s in a stream too', async () => {
    serving.provider.answer((response) => {
      const chunk = (delta: object, reason: string | null): object => ({
        id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason: reason }],
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const events = [chunk({ tool_calls: [{ index: 0, ...callOf() }] }, null), chunk({}, 'tool_calls')];
      response.end(`${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`);
    });
    const answer = await anthropic().messages.stream(ask).finalMessage();
    expect(answer.content).toMatchObject([{ type: 'tool_use', name, input: { at: 1 } }]);
  });
});
