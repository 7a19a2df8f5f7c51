// One item of a provider's stream while it comes, and what its events are called.
import type { Json } from '../../chat/json.ts';
import { field, objectOf, textOf } from './fields.ts';

export type TextKind = 'text' | 'refusal' | 'reasoning';

export interface Part {
  text: string;
  citations: number;
}

export interface Item {
  key: string;
  index: number;
  id: string | undefined;
  /** A call whose rest is still to come. */
  isOpenCall: boolean;
  parts: Map<string, Part>;
  /** Thoughts come as they are or as summaries: those that come first. */
  thoughts: 'content' | 'summary' | undefined;
  sawLogprobs: boolean;
}

/** Type of event -> kind of block and the field with the text; `.delta` and `.done` apart. */
export const TEXTS: Record<string, { kind: TextKind; done: string; thoughts?: 'content' | 'summary' }> = {
  'response.output_text': { kind: 'text', done: 'text' },
  'response.refusal': { kind: 'refusal', done: 'refusal' },
  'response.reasoning_text': { kind: 'reasoning', done: 'text', thoughts: 'content' },
  'response.reasoning_summary_text': { kind: 'reasoning', done: 'text', thoughts: 'summary' },
};
export const CALLS: Record<string, string> = {
  'response.function_call_arguments': 'arguments',
  'response.custom_tool_call_input': 'input',
};

export const indexOf = (event: Json, name: string): number => {
  const value = field(event, name);
  return typeof value === 'number' ? value : 0;
};

export interface Words {
  more?: string;
  all?: string;
}

export function restOf(part: Part, { more, all = '' }: Words): string {
  if (more !== undefined) return more;
  return all.startsWith(part.text) ? all.slice(part.text.length) : '';
}

/** By place: there are senders that change the ids of their items on the way. */
export function keyOf(event: Json): string | undefined {
  const index = field(event, 'output_index');
  if (typeof index === 'number') return String(index);
  const id = textOf(field(event, 'item_id')) || textOf(field(objectOf(field(event, 'item')), 'id'));
  return id === '' ? undefined : id;
}

export function newItem(key: string, event: Json): Item {
  const index = indexOf(event, 'output_index');
  return { key, index, id: undefined, isOpenCall: false, parts: new Map(), thoughts: undefined, sawLogprobs: false };
}

export function partAt(item: Item, name: string): Part {
  const part = item.parts.get(name) ?? { text: '', citations: 0 };
  item.parts.set(name, part);
  return part;
}
