// What policies look at, read when they ask for it: short JSON at once, long JSON in another thread, together with what detectors find in it.
import { detectorsOf, type ReadyPolicy } from '../../policy/evaluate.ts';
import type { Content, Finding, Part } from '../../policy/types.ts';
import { contextOf } from './context.ts';
import { READ_AT_ONCE, type Scanner } from './scanner.ts';

/** What a request or an answer says, and what detectors have found in it where they have looked already. */
export interface Reading {
  content: Content;
  found?: ReadonlyMap<string, Finding[]>;
}

export interface Source {
  /** What these policies need to know. Never rejects. */
  read(policies: readonly ReadyPolicy[]): Reading | Promise<Reading>;
}

/** Something that was read already. */
export const sourceOf = (content: Content): Source => ({ read: () => ({ content }) });

const UNREAD: Content = { parts: [], unscannable: [], failure: 'detector_failed' };

export class JsonSource implements Source {
  readonly #scanner: Pick<Scanner, 'read'>;
  readonly #kind: 'request' | 'answer';
  readonly #bytes: Buffer;
  readonly #readHere: () => Content;
  #content: Content | undefined;

  /** `readHere`: what the bytes say, for short ones. */
  constructor(scanner: Pick<Scanner, 'read'>, kind: 'request' | 'answer', bytes: Buffer, readHere: () => Content) {
    this.#scanner = scanner;
    this.#kind = kind;
    this.#bytes = bytes;
    this.#readHere = readHere;
  }

  read(policies: readonly ReadyPolicy[]): Reading | Promise<Reading> {
    if (this.#isShort) return { content: this.#here() };
    const isJudged = policies.some(({ policy }) => policy.judge !== undefined);
    return this.#scanner.read(this.#kind, this.#bytes, detectorsOf(policies), isJudged).catch(() => ({ content: UNREAD }));
  }

  /** The last that user and assistant have said. Never rejects. */
  context(): Part[] | Promise<Part[]> {
    if (this.#isShort) return contextOf(this.#here());
    return this.#scanner.read(this.#kind, this.#bytes, [], false).then(
      ({ context }) => context,
      () => [],
    );
  }

  get #isShort(): boolean {
    return this.#bytes.length <= READ_AT_ONCE;
  }

  #here(): Content {
    return (this.#content ??= this.#readHere());
  }
}
