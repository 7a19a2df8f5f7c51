// Builds a snapshot when something has changed, a moment later so that changes that come together go out together, and hands
// it on when its content is different.
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import type { Observed } from '../snapshot/build.ts';
import type { SnapshotContent } from '../snapshot/snapshot.ts';
import type { Logger } from '../telemetry/log.ts';
import { fitSnapshot } from './snapshot-fit.ts';

/** Takes a new content and answers with the revision that it got. */
export type Publish = (content: SnapshotContent) => { revision: number };

export interface PublisherOptions {
  observe(): Observed;
  publish: Publish;
  clock: Clock;
  logger: Logger;
  /** Milliseconds that changes are collected for. */
  coalesce: number;
  /** Largest content that is handed on, as JSON, in bytes. */
  maxBytes: number;
  onPublished(content: SnapshotContent, revision: number): void;
  /** Other objects than before, by id, are left out because of maxBytes. */
  onLeftOut(ids: ReadonlySet<string>): void;
}

const RETRY_MS = 1_000;
/** Building a snapshot takes at most one part of the time in this many, so that thousands of objects that come one by one get their turn. */
const REST = 4;
/** Whatever a snapshot costs, a key that is revoked has to be out within a second. */
const MAX_REST_MS = 500;

export class Publisher {
  readonly #options: PublisherOptions;
  #timer: { clear(): void } | undefined;
  #open = false;
  #changed = false;
  /** How long the last one took, in milliseconds. */
  #cost = 0;
  #leftOut: ReadonlySet<string> = new Set();
  #last: { json: string; observed: Observed; revision: number } | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Something may be different. Until open() it is only remembered. */
  changed(): void {
    this.#changed = true;
    this.#schedule(Math.max(this.#options.coalesce, Math.min(MAX_REST_MS, REST * this.#cost)));
  }

  /** The picture is complete enough to be published. The first content goes out in any case. */
  open(): void {
    if (this.#open) return;
    this.#open = true;
    this.changed();
  }

  /** What the newest published content was made from, and the revision that it got. */
  get published(): { observed: Observed; revision: number } | undefined {
    return this.#last;
  }

  /** Nothing goes out any more; after another open() everything does again. */
  close(): void {
    this.#timer?.clear();
    this.#timer = undefined;
    this.#open = false;
    this.#changed = false;
    this.#last = undefined;
    this.#leftOut = new Set();
  }

  #schedule(ms: number): void {
    if (!this.#open || this.#timer !== undefined) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      const began = this.#options.clock.monotonic();
      this.#publish();
      this.#cost = this.#options.clock.monotonic() - began;
    }, ms);
  }

  #publish(): void {
    const { observe, publish, logger, onPublished } = this.#options;
    if (!this.#open || !this.#changed) return;
    this.#changed = false;
    const observed = observe();
    const { content, json, leftOut } = fitSnapshot(observed, this.#options.maxBytes);
    this.#noteLeftOut(leftOut);
    if (json === this.#last?.json) {
      this.#last.observed = observed;
      return;
    }
    try {
      const { revision } = publish(content);
      this.#last = { json, observed, revision };
      onPublished(content, revision);
    } catch (error) {
      logger.error({ reason: error instanceof Error ? error.name : 'unknown' }, 'the snapshot could not be handed on; it is tried again');
      this.#changed = true;
      this.#schedule(RETRY_MS);
    }
  }
  #noteLeftOut(leftOut: ReadonlySet<string>): void {
    if (isDeepStrictEqual(leftOut, this.#leftOut)) return;
    this.#leftOut = leftOut;
    if (leftOut.size > 0) {
      const objects = [...leftOut].toSorted().slice(0, 20);
      this.#options.logger.warn({ objects, count: leftOut.size }, 'the snapshot would be too large: objects are left out of it');
    }
    this.#options.onLeftOut(leftOut);
  }
}
