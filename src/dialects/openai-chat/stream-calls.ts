// Which tool call a delta belongs to. Servers number calls, or give all of them the number 0, or none; they say an id once, in
// every delta, or never.
import { readArguments, textOf } from './message-values.ts';
import { readOwnExtraContent } from './signatures.ts';
import type { Signature } from '../../chat/request.ts';
import { isObject, type Json } from '../../chat/json.ts';

export interface StreamCall {
  /** As the server numbers it. */
  index: number | undefined;
  /** As the server says it, possibly empty. */
  said: string;
  id: string;
  name: string;
  kind: 'function' | 'custom';
  text: string;
  signature: Signature | undefined;
  state: 'unnamed' | 'waiting' | 'open' | 'closed';
}

/** What a delta adds to its call. */
export interface CallDelta {
  call: StreamCall;
  text: string;
  signature: Signature | undefined;
}

/** Nothing more can come: the arguments are a whole JSON text. */
export function isWhole({ kind, text }: StreamCall): boolean {
  // The parser need not look at each piece of long arguments.
  if (kind === 'custom' || !text.trimEnd().endsWith('}')) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export class StreamCalls {
  readonly #calls: StreamCall[] = [];

  read(value: unknown): CallDelta | undefined {
    if (!isObject(value)) return undefined;
    const custom = isObject(value['custom']) ? value['custom'] : undefined;
    const body: Json = custom ?? (isObject(value['function']) ? value['function'] : {});
    const name = textOf(body['name']);
    const id = textOf(value['id']);
    const index = typeof value['index'] === 'number' ? value['index'] : undefined;
    const kind = custom === undefined && value['type'] !== 'custom' ? 'function' : 'custom';
    const call = this.#find(index, id, name) ?? this.#add(index, id, kind);
    if (call.name === '') call.name = name;
    const text = call.kind === 'custom' ? textOf(body['input']) : readArguments(body['arguments']);
    const signature = readOwnExtraContent(value['extra_content']);
    call.text += text;
    if (signature !== undefined) call.signature = signature;
    return { call, text, signature };
  }

  #find(index: number | undefined, id: string, name: string): StreamCall | undefined {
    const call = this.#calls.findLast((one) => (index === undefined ? id === '' || one.said === id : one.index === index));
    if (call === undefined || name === '' || call.name === '') return call;
    // A name again: a server that repeats it, or another call under the same number or without any.
    const isOther = id === '' || call.said === '' ? isWhole(call) || (index === undefined && name !== call.name) : id !== call.said;
    return isOther ? undefined : call;
  }

  #add(index: number | undefined, said: string, kind: StreamCall['kind']): StreamCall {
    const id = said || `call_${this.#calls.length}`;
    const call: StreamCall = { index, said, id, name: '', kind, text: '', signature: undefined, state: 'unnamed' };
    this.#calls.push(call);
    return call;
  }
}
