import { describe, expect, it } from 'vitest';
import { unfoldAnswer } from '../../../src/chat/fold.ts';
import { Losses } from '../../../src/chat/losses.ts';
import { openAiResponsesSurface as surface } from '../../../src/dialects/openai-responses/dialect.ts';
import { eventsOf, headOf, read, streamOf } from './support.ts';

const CRM = {
  type: 'namespace',
  name: 'crm',
  description: 'Customers.',
  tools: [
    { type: 'function', name: 'look', description: 'Looks.', parameters: { type: 'object' }, strict: false, defer_loading: true },
    { type: 'custom', name: 'query' },
  ],
};
const TOOLS = [{ type: 'function', name: 'now' }, CRM, { type: 'web_search' }];

describe('tools in a namespace', () => {
  it('are tools with its name before theirs and its description before theirs', () => {
    const { request, losses } = read({ tools: TOOLS });
    expect(request.tools).toEqual([
      { type: 'function', name: 'now' },
      { type: 'function', name: 'crm.look', description: 'Customers.\n\nLooks.', parameters: { type: 'object' }, strict: false },
      { type: 'custom', name: 'crm.query', description: 'Customers.' },
      { type: 'other', dialect: 'openai-responses', kind: 'web_search', value: { type: 'web_search' } },
    ]);
    expect(losses).toEqual(['tools[1].tools[0].defer_loading']);
  });

  it('have the same name in calls and in their results', () => {
    const called = { call_id: 'c', name: 'look', namespace: 'crm' };
    const { request, losses } = read({
      tools: TOOLS,
      input: [{ type: 'function_call', arguments: '{}', ...called }, { type: 'function_call_output', output: 'a', ...called }],
    });
    expect(request.messages).toMatchObject([{ content: [{ name: 'crm.look' }] }, { content: [{ type: 'tool-result', name: 'crm.look' }] }]);
    expect(losses).toEqual(['tools[1].tools[0].defer_loading']);
  });

  it('are called by the name and the namespace that the caller gave, whole and streamed', () => {
    const call = (name: string) => ({ type: 'tool-call', id: 'a', name, kind: 'function', arguments: '{}' }) as const;
    const content = [call('crm.look'), call('now'), call('other.look')];
    const answer = { id: '', model: '', choices: [{ content, finish: 'tool-calls' as const }] };
    const { output } = surface.writeAnswer(answer, headOf({ tools: TOOLS })) as { output: object[] };
    const [first, ...others] = output;
    expect(first).toMatchObject({ type: 'function_call', name: 'look', namespace: 'crm' });
    expect(others).toMatchObject([{ name: 'now' }, { name: 'other.look' }]);
    for (const other of others) expect(other).not.toHaveProperty('namespace');
    const events = eventsOf(streamOf(unfoldAnswer(answer), headOf({ input: [{ type: 'additional_tools', tools: TOOLS }] })));
    expect(events.find(({ type }) => type === 'response.output_item.added')).toMatchObject({ item: { name: 'look', namespace: 'crm' } });
  });

  it('are named by their own place where something of them is lost', () => {
    const search = { type: 'additional_tools', tools: [{ type: 'function', name: 'now' }, { type: 'custom', name: 'found' }] };
    const body = { model: 'm', input: [{ role: 'user', content: 'Hi' }, search], tools: TOOLS };
    const losses = new Losses((name) => surface.pathOf!(name, body));
    expect(surface.readRequest(body, losses).tools).toHaveLength(5);
    for (const place of ['tools[0]', 'tools[1].strict', 'tools[2].format', 'tools[3]', 'tools[4].format']) losses.add(place);
    expect(losses.names).toEqual([
      'tools[1].tools[0].defer_loading',
      'tools[0]',
      'tools[1].tools[0].strict',
      'tools[1].tools[1].format',
      'tools[2]',
      'input[1].tools[1].format',
    ]);
  });

  it('that are no tools are refused by their place', () => {
    const broken = [{ ...CRM, tools: ['look'] }, { type: 'namespace', tools: [] }];
    for (const tool of broken) expect(() => read({ tools: [tool] })).toThrow(/^tools\[0\]\.(?:tools\[0\]\.)?name must be/);
  });
});
