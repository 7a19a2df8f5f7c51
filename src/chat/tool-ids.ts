// Ids of tool calls as a target takes them. Providers repeat ids from turn to turn, leave them empty, or use characters that
// others refuse; what is fixed is only that a call and its result name the same one.
import type { Block, Message } from './request.ts';
import { withStraysAdopted } from './stray-results.ts';

/** How a target's ids look. `make`: a legal one for the n-th call of the conversation, from 0; the same each time. */
export interface IdRule {
  legal: RegExp;
  make(index: number): string;
}

/** The calls of one message that have the same id. */
interface Namesakes {
  message: Message;
  calls: { id: string; answered: boolean }[];
}

/**
 * The messages with ids that are legal and name one call each. An id that is both already stays. Results go with the calls of
 * their id in the latest message that has such, one after the other; one that names no call, with the only call it can be meant for.
 */
export function withLegalIds(messages: readonly Message[], { legal, make }: IdRule): Message[] {
  const used = new Set<string>();
  const latest = new Map<string, Namesakes>();
  let index = 0;
  const idOfCall = (given: string, message: Message): string => {
    let id = given;
    while (!legal.test(id) || used.has(id)) id = make(index++);
    used.add(id);
    const namesakes = latest.get(given);
    if (namesakes?.message === message) namesakes.calls.push({ id, answered: false });
    else latest.set(given, { message, calls: [{ id, answered: false }] });
    return id;
  };
  const idOfResult = (given: string): string => {
    const calls = latest.get(given)?.calls;
    const call = calls?.find(({ answered }) => !answered) ?? calls?.at(-1);
    if (call === undefined) return legal.test(given) ? given : make(index++);
    call.answered = true;
    return call.id;
  };
  const rename = (block: Block, message: Message): Block => {
    if (block.type === 'tool-call') return { ...block, id: idOfCall(block.id, message) };
    if (block.type === 'tool-result') return { ...block, callId: idOfResult(block.callId) };
    return block;
  };
  return withStraysAdopted(messages).map((message) => ({ ...message, content: message.content.map((block) => rename(block, message)) }));
}
