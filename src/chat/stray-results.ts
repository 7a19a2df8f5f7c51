// Results of tools that name no call of their conversation. Some providers take them where nothing else can be meant; others refuse
// both the call without its result and the result without its call.
import type { Message, ToolResultBlock } from './request.ts';

/** The calls of one turn that wait for a result, and the results after them that name none. */
class Turn {
  readonly #waiting: string[] = [];
  readonly #strays: ToolResultBlock[] = [];
  answered = false;

  call(id: string): void {
    this.#waiting.push(id);
  }

  result(block: ToolResultBlock, known: ReadonlySet<string>): void {
    this.answered = true;
    const at = this.#waiting.indexOf(block.callId);
    if (at !== -1) this.#waiting.splice(at, 1);
    else if (!known.has(block.callId)) this.#strays.push(block);
  }

  /** Undefined where it is not plain which belong together. */
  pair(): [ToolResultBlock, string] | undefined {
    const [stray, ...otherStrays] = this.#strays;
    const [call, ...otherCalls] = this.#waiting;
    return stray === undefined || call === undefined || otherStrays.length + otherCalls.length > 0 ? undefined : [stray, call];
  }
}

/** The messages in which the only result of a turn that names no call goes with the only call of that turn that has no result. */
export function withStraysAdopted(messages: readonly Message[]): readonly Message[] {
  const known = new Set<string>();
  const turns: Turn[] = [];
  for (const block of messages.flatMap(({ content }) => content)) {
    if (block.type === 'tool-call') {
      if (turns.at(-1)?.answered !== false) turns.push(new Turn());
      turns.at(-1)!.call(block.id);
      known.add(block.id);
    } else if (block.type === 'tool-result') turns.at(-1)?.result(block, known);
  }
  const owners = new Map(turns.map((turn) => turn.pair()).filter((pair) => pair !== undefined));
  if (owners.size === 0) return messages;
  return messages.map((message) => ({
    ...message,
    content: message.content.map((block) => {
      const callId = block.type === 'tool-result' ? owners.get(block) : undefined;
      return callId === undefined ? block : { ...(block as ToolResultBlock), callId };
    }),
  }));
}
