// An answer on its way to the caller. Its head waits for the first bytes of its body: until then it can still become another one.
import type { Outlet } from './guard/outlet.ts';

type Bytes = Buffer | string;

interface Head {
  status: number;
  /** Flat list of name, value. */
  headers: readonly string[];
  /** The same, asked for only when the head goes out. */
  lastHeaders: () => readonly string[];
}

export class Outgoing {
  readonly #response: Outlet;
  /** Undefined once it was said, or before it is known. */
  #head: Head | undefined;

  constructor(response: Outlet) {
    this.#response = response;
  }

  announce(head: Head): void {
    this.#head = head;
  }

  /** False: the caller does not keep up. */
  write(bytes: Bytes | undefined): boolean {
    if (bytes === undefined) return true;
    this.#begin([]);
    return this.#response.write(bytes);
  }

  /** `bytes`: the last ones. A body that is known as a whole leaves together with its head, and needs no framing but its length. */
  end(bytes: Bytes | undefined): void {
    const isWhole = bytes !== undefined && this.#head?.headers.includes('content-length') === false;
    this.#begin(isWhole ? ['content-length', String(Buffer.byteLength(bytes))] : []);
    this.#response.end(bytes);
  }

  #begin(length: readonly string[]): void {
    const head = this.#head;
    if (head === undefined) return;
    this.#head = undefined;
    this.#response.writeHead(head.status, [...head.headers, ...length, ...head.lastHeaders()]);
  }
}

const toBuffer = (bytes: Bytes): Buffer => (typeof bytes === 'string' ? Buffer.from(bytes) : bytes);

/** The two, one after the other, in one piece. */
export function joined(first: Bytes | undefined, second: Bytes | undefined): Bytes | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  if (typeof first === 'string' && typeof second === 'string') return first + second;
  return Buffer.concat([toBuffer(first), toBuffer(second)]);
}
