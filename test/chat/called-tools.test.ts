// Calls come back to the caller by the names and kinds of its own tools.
import { describe, expect, it } from 'vitest';
import type { ChatAnswer, ChatEvent } from '../../src/chat/answer.ts';
import { calledTools } from '../../src/chat/called-tools.ts';
import { foldEvents, unfoldAnswer } from '../../src/chat/fold.ts';
import type { Block, Tool } from '../../src/chat/request.ts';

const TOOLS: Tool[] = [{ type: 'function', name: 'files.read' }, { type: 'custom', name: 'run.sql' }];
const ORIGINALS = new Map([['files_read', 'files.read'], ['run_sql', 'run.sql']]);
const called = calledTools({ tools: TOOLS, originals: ORIGINALS })!;

const call = (name: string, text: string, kind: 'function' | 'custom' = 'function'): Block => ({
  type: 'tool-call', id: '1', name, kind, arguments: text,
});
const answerOf = (...content: Block[]): ChatAnswer => ({ id: 'a', model: 'm', choices: [{ content, finish: 'tool-calls' }] });

const CASES: [string, Block, Block][] = [
  ['a function by the caller\'s name', call('files_read', '{"input":"x"}'), call('files.read', '{"input":"x"}')],
  ['a custom tool with the text of its argument', call('run_sql', '{"input":"\\"a\\"\\n"}'), call('run.sql', '"a"\n', 'custom')],
  ['a custom tool without text', call('run_sql', '{"input":""}'), call('run.sql', '', 'custom')],
  ['a custom tool whose arguments are something else', call('run_sql', '{"query":1}'), call('run.sql', '{"query":1}', 'custom')],
  ['a custom tool whose arguments are no JSON', call('run_sql', 'SELECT 1'), call('run.sql', 'SELECT 1', 'custom')],
  ['a custom tool of a target that has such', call('run_sql', '{"input":"x"}', 'custom'), call('run.sql', '{"input":"x"}', 'custom')],
  ['a tool that nobody declared', call('other', '{"input":"x"}'), call('other', '{"input":"x"}')],
];

/** As providers stream: in pieces. */
function inPieces(events: readonly ChatEvent[]): ChatEvent[] {
  return events.flatMap((event): ChatEvent[] => (event.type === 'delta' ? [...event.text].map((text) => ({ ...event, text })) : [event]));
}

describe('a call of', () => {
  it.each(CASES)('%s comes back as such, whole and streamed', (_, given, expected) => {
    const before: Block = { type: 'text', text: 'run_sql' };
    expect(called.readAnswer(answerOf(before, given))).toEqual(answerOf(before, expected));
    const events = inPieces(unfoldAnswer(answerOf(before, given, given)));
    expect(foldEvents(events.flatMap((event) => called.read(event)))).toEqual(answerOf(before, expected, expected));
  });

  it('a custom tool keeps its signature, behind its text', () => {
    const signed = { ...call('run_sql', '{"input":"x"}'), signature: { dialect: 'google', value: 's' } } as Block;
    const events = unfoldAnswer(answerOf(signed)).flatMap((event) => called.read(event));
    expect(events.map(({ type }) => type)).toEqual(['start', 'open', 'delta', 'signature', 'close', 'finish']);
  });

  it('each choice is unwrapped by itself', () => {
    const { choices: [choice] } = answerOf(call('run_sql', '{"input":"x"}'));
    const one = unfoldAnswer({ id: '', model: '', choices: [choice!, choice!] });
    const [start, open, delta, close, finish, ...second] = one;
    const mixed = [start!, open!, second[0]!, delta!, second[1]!, second[2]!, close!, finish!, second[3]!];
    const answer = foldEvents(mixed.flatMap((event) => called.read(event)));
    expect(answer.choices.map(({ content }) => content)).toEqual([[call('run.sql', 'x', 'custom')], [call('run.sql', 'x', 'custom')]]);
  });

  it('tools that the provider knows as the caller does needs nothing', () => {
    expect(calledTools({ tools: [{ type: 'function', name: 'look' }], originals: new Map() })).toBeUndefined();
  });
});
