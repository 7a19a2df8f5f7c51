// Detectors on the texts of a stream: each time one has grown they read its end, and once it is over they read all of it.
import type { Detector, Finding, Part } from '../types.ts';
import type { Channel } from './channels.ts';
import { beforeCut, endingBy, firstOf, shifted, Told } from './cuts.ts';
import { holdOf, lookBackOf, wordStart } from './hold.ts';

/** UTF-16 code units of a text that are read once more at its end. */
const MAX_AGAIN = 1024 * 1024;

type Found = ReadonlyMap<string, Finding[]>;

export interface DetectionHooks {
  /** Nobody wants to know any more. */
  isOver(): boolean;
  /** Nothing more comes. */
  isEnded(): boolean;
  /** At once, or from another thread where it would take long. May throw. */
  scan(part: Part): Found | Promise<Found>;
  /** This was found, and nothing of it before. False: it stops the stream. `clearBefore`: what stands in front of it may go. */
  found(findings: Map<string, Finding[]>, clearBefore: () => void): boolean;
  /** Detectors could not look. False: that stops the stream. */
  unseen(): boolean;
  /** They have looked in another thread. */
  looked(): void;
  /** Something went wrong that nobody has foreseen. */
  broken(): void;
}

export class Detection {
  readonly #hooks: DetectionHooks;
  readonly #lookBack: number;
  readonly #told = new Told();
  /** Up to where. */
  readonly #cleared = new Map<Channel, number>();
  /** Detectors have yet to look at what these have grown by. */
  readonly #grown = new Set<Channel>();
  /** These are over, and have yet to be read whole. */
  readonly #unread = new Set<Channel>();
  /** These were read whole when they were so long. */
  readonly #readWhole = new Map<Channel, number>();
  #detectors: readonly Detector[];
  #looksElsewhere = false;

  constructor(detectors: readonly Detector[], hooks: DetectionHooks) {
    this.#detectors = detectors;
    this.#hooks = hooks;
    this.#lookBack = lookBackOf(detectors);
  }

  /** In another thread, which may take a while. */
  get looksElsewhere(): boolean {
    return this.#looksElsewhere;
  }

  grew(channel: Channel): void {
    this.#grown.add(channel);
  }

  /** What only shows in the whole is looked for once more, unless all of it is read again anyway. */
  ended(channel: Channel): void {
    this.#grown.add(channel);
    const { length } = channel.text;
    if (this.#detectors.length > 0 && length > this.#lookBack && this.#readWhole.get(channel) !== length) this.#unread.add(channel);
  }

  /** Whether so much of a text may leave. What says that it is over waits until the whole of it was read. */
  isClear(channel: Channel, length: number): boolean {
    if (this.#detectors.length === 0) return true;
    return length <= (this.#cleared.get(channel) ?? 0) && !(this.#unread.has(channel) && length === channel.text.length);
  }

  /** Nothing is looked at any more, and everything may leave. */
  giveUp(): void {
    this.#detectors = [];
  }

  /** One channel after the other: what grows while detectors look elsewhere is looked at afterwards, all together. */
  look(): void {
    for (const channel of this.#grown) {
      if (this.#looksElsewhere || this.#hooks.isOver()) return;
      this.#grown.delete(channel);
      if (this.#detectors.length > 0 && channel.text !== '') this.#lookAt(channel);
    }
  }

  #lookAt(channel: Channel): void {
    const { text, path, closed } = channel;
    const cleared = this.#cleared.get(channel) ?? 0;
    const isLast = closed || this.#hooks.isEnded();
    const { from: held, spread } = holdOf(this.#detectors, text);
    const wanted = isLast ? text.length : Math.max(cleared, held);
    if (wanted === cleared && !isLast) return;
    const again = this.#unread.has(channel) ? Math.min(cleared, text.length - MAX_AGAIN) : cleared - Math.ceil(this.#lookBack * spread);
    const from = wordStart(text, Math.max(0, again));
    const seen = (found: Found): void => this.#seen(channel, wanted, shifted(found, from));
    const unseen = (): void => {
      if (this.#hooks.unseen()) seen(NOTHING);
    };
    const found = this.#scan({ path, role: 'assistant', text: text.slice(from), history: false });
    if (found === undefined) unseen();
    else if (found instanceof Promise) this.#wait(found, seen, unseen);
    else seen(found);
  }

  /** Undefined: it went wrong. */
  #scan(part: Part): Found | Promise<Found> | undefined {
    try {
      return this.#hooks.scan(part);
    } catch {
      return undefined;
    }
  }

  #wait(found: Promise<Found>, seen: (found: Found) => void, unseen: () => void): void {
    this.#looksElsewhere = true;
    const after = (work: () => void): void => {
      this.#looksElsewhere = false;
      if (this.#hooks.isOver()) return;
      work();
      this.#hooks.looked();
    };
    // Nothing that comes later may end the process.
    found.then(
      (late) => after(() => seen(late)),
      () => after(unseen),
    ).catch(() => this.#hooks.broken());
  }

  #seen(channel: Channel, wanted: number, found: Found): void {
    if (this.#unread.delete(channel)) this.#readWhole.set(channel, wanted);
    const before = this.#cleared.get(channel) ?? 0;
    const upTo = Math.max(before, beforeCut(found, wanted));
    const over = this.#told.fresh(channel, endingBy(found, upTo));
    const clearBefore = (): void => void this.#cleared.set(channel, Math.max(before, wordStart(channel.text, firstOf(over))));
    if (over.size === 0 || this.#hooks.found(over, clearBefore)) this.#cleared.set(channel, upTo);
  }
}

const NOTHING: Found = new Map();
