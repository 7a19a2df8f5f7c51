// Thoughts in a stream: pieces of one detail are put together, and what belongs to them comes when they end.
import type { ChatEvent } from '../../chat/answer.ts';
import type { Blocks } from '../../chat/blocks.ts';
import type { Signature } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { textOf } from './message-values.ts';
import { fieldSignature, readOwnReasoningDetail, signatureOfTold, type ThoughtField } from './signatures.ts';

/** The thought that is open: a detail with its members, or words from a field. */
type Thought = { field: ThoughtField } | { key: string; members: Record<string, unknown>; wasTold: boolean };

function signatureOf(thought: Thought): Signature | undefined {
  if ('field' in thought) return fieldSignature(thought.field);
  return thought.wasTold ? signatureOfTold(thought.members) : readOwnReasoningDetail(thought.members)?.signature;
}

/** A shorter piece may stand in the words before it by chance. */
const SHORTEST_PART = 32;

export class StreamThoughts {
  readonly #blocks: Blocks;
  #open: Thought | undefined;
  /** What came in a field of its own. */
  #said = '';

  constructor(blocks: Blocks) {
    this.#blocks = blocks;
  }

  words(text: string, field: ThoughtField): ChatEvent[] {
    if (text === '') return [];
    const isSame = this.#open !== undefined && 'field' in this.#open && this.#open.field === field;
    const begun = isSame ? [] : [...this.leave(), ...this.#blocks.open({ type: 'reasoning' })];
    this.#open = { field };
    this.#said += text;
    return [...begun, ...this.#blocks.extend(text)];
  }

  detail(value: unknown): ChatEvent[] {
    // One that says nothing opens nothing.
    if (!isObject(value) || readOwnReasoningDetail(value) === undefined) return [];
    const key = `${textOf(value['type'])} ${String(value['index'])}`;
    const begun = this.#open !== undefined && 'key' in this.#open && this.#open.key === key ? [] : this.#begin(key, value);
    if (this.#open !== undefined && 'members' in this.#open) {
      for (const [name, member] of Object.entries(value)) if (member !== null && member !== '') this.#open.members[name] = member;
    }
    const text = textOf(value['text']) || textOf(value['summary']);
    if (!this.#wasTold(text)) return [...begun, ...this.#blocks.extend(text)];
    if (this.#open !== undefined && 'members' in this.#open) this.#open.wasTold = true;
    return begun;
  }

  /** A server may say at the end with a signature what it has said in pieces without. */
  #wasTold(text: string): boolean {
    return text !== '' && (text.length < SHORTEST_PART ? this.#said === text : this.#said.includes(text));
  }

  /** To be called before anything else begins. */
  leave(): ChatEvent[] {
    const thought = this.#open;
    if (thought === undefined) return [];
    this.#open = undefined;
    const signature = signatureOf(thought);
    return [...(signature === undefined ? [] : this.#blocks.sign('reasoning', signature)), ...this.#blocks.close()];
  }

  #begin(key: string, value: Readonly<Record<string, unknown>>): ChatEvent[] {
    const left = this.leave();
    const id = textOf(value['id']);
    this.#open = { key, members: {}, wasTold: false };
    const redacted = value['type'] === 'reasoning.encrypted' ? { redacted: true } : {};
    return [...left, ...this.#blocks.open({ type: 'reasoning', ...(id === '' ? {} : { id }), ...redacted })];
  }
}
