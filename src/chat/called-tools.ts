// Calls of an answer as the caller knows its tools: by the caller's names, and as custom calls where the caller gave a custom tool
// to a target that has functions only.
import type { ChatAnswer, ChatEvent } from './answer.ts';
import { isObject, own } from './json.ts';
import type { Block, Tool, ToolCallBlock } from './request.ts';

type Called = Pick<ToolCallBlock, 'name' | 'kind'>;

/** The caller's tools, as far as calls of the answer may have to be changed. */
export interface GivenTools {
  tools: readonly Tool[];
  /** Name at the target -> name of the caller, of those that differ. */
  originals: ReadonlyMap<string, string>;
}

/** The text for a custom tool, which functions have as the one argument `input`; anything else goes on as it came. */
function unwrapInput(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    const input = isObject(parsed) ? own(parsed, 'input') : undefined;
    return typeof input === 'string' ? input : text;
  } catch {
    return text;
  }
}

export class CalledTools {
  readonly #originals: ReadonlyMap<string, string>;
  readonly #customs: ReadonlySet<string>;
  /** Choice -> what has come of the call that has to be unwrapped, which only the whole of it can be. */
  readonly #held = new Map<number, { text: string; others: ChatEvent[] }>();

  constructor({ tools, originals }: GivenTools) {
    this.#originals = originals;
    this.#customs = new Set(tools.flatMap((tool) => (tool.type === 'custom' ? [tool.name] : [])));
  }

  readAnswer(answer: ChatAnswer): ChatAnswer {
    const choices = answer.choices.map((choice) => ({ ...choice, content: choice.content.map((block) => this.#block(block)) }));
    return { ...answer, choices };
  }

  read(event: ChatEvent): ChatEvent[] {
    const held = 'choice' in event ? this.#held.get(event.choice) : undefined;
    if (held !== undefined) return this.#hold(event, held);
    if (event.type !== 'open' || event.block.type !== 'tool-call') return [event];
    const called = this.#called(event.block);
    if (called.kind !== event.block.kind) this.#held.set(event.choice, { text: '', others: [] });
    return [{ ...event, block: { ...event.block, ...called } }];
  }

  #hold(event: ChatEvent, held: { text: string; others: ChatEvent[] }): ChatEvent[] {
    if (event.type === 'delta') held.text += event.text;
    else held.others.push(event);
    if (event.type !== 'close' && event.type !== 'finish') return [];
    this.#held.delete(event.choice);
    const text = unwrapInput(held.text);
    return [...(text === '' ? [] : [{ type: 'delta', choice: event.choice, text } as const]), ...held.others];
  }

  #called({ name, kind }: Called): Called {
    const given = this.#originals.get(name) ?? name;
    return { name: given, kind: this.#customs.has(given) ? 'custom' : kind };
  }

  #block(block: Block): Block {
    if (block.type !== 'tool-call') return block;
    const called = this.#called(block);
    return { ...block, ...called, arguments: called.kind === block.kind ? block.arguments : unwrapInput(block.arguments) };
  }
}

/** One for each answer. Undefined where the caller knows every call as it comes. */
export function calledTools(given: GivenTools): CalledTools | undefined {
  const isIdle = given.originals.size === 0 && given.tools.every(({ type }) => type !== 'custom');
  return isIdle ? undefined : new CalledTools(given);
}
