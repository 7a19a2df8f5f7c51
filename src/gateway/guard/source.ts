// What policies look at, read when they ask for it: what is short at once, what is long in another thread, together with what detectors find
// in it.
import { detectorsOf, type ReadyPolicy } from '../../policy/evaluate.ts';
import type { Content, Finding, Part } from '../../policy/types.ts';
import { contextOf } from './context.ts';
import { READ_AT_ONCE, type Scanner } from './scanner.ts';
import { readWritten, type Written } from './written.ts';

/** What a request or an answer says, and what detectors have found in it where they have looked already. */
export interface Reading {
  content: Content;
  found?: ReadonlyMap<string, Finding[]>;
}

export interface Source {
  /** What these policies need to know. Never rejects. */
  read(policies: readonly ReadyPolicy[], signal?: AbortSignal): Reading | Promise<Reading>;
}

/** Something that was read already. */
export const sourceOf = (content: Content): Source => ({ read: () => ({ content }) });

const UNREAD: Content = { parts: [], unscannable: [], failure: 'detector_failed' };

export class WrittenSource implements Source {
  readonly #scanner: Pick<Scanner, 'read'>;
  readonly #written: Written;
  readonly #readHere: () => Content;
  #content: Content | undefined;
  /** Known once it was read in the other thread. */
  #context: Part[] | undefined;

  /** `readHere`: what the bytes say, for short ones. */
  constructor(scanner: Pick<Scanner, 'read'>, written: Written, readHere = () => readWritten(written)) {
    this.#scanner = scanner;
    this.#written = written;
    this.#readHere = readHere;
  }

  async read(policies: readonly ReadyPolicy[], signal?: AbortSignal): Promise<Reading> {
    try {
      if (this.#isShort) return { content: this.#here() };
      const wantsParts = policies.some(({ policy }) => policy.judge !== undefined);
      const { content, found, context } = await this.#scanner.read(this.#written, detectorsOf(policies), { wantsParts, signal });
      this.#context = context;
      return { content, found };
    } catch {
      // What went wrong may quote the text.
      return { content: UNREAD };
    }
  }

  /** The last that user and assistant have said. Never rejects. */
  async context(signal?: AbortSignal): Promise<Part[]> {
    try {
      if (this.#isShort) return contextOf(this.#here());
      return (this.#context ??= (await this.#scanner.read(this.#written, [], { wantsParts: false, signal })).context);
    } catch {
      return [];
    }
  }

  get #isShort(): boolean {
    return this.#written.bytes.length <= READ_AT_ONCE;
  }

  #here(): Content {
    return (this.#content ??= this.#readHere());
  }
}
