// Lets a stream through as far as it is cleared. Detectors hold back only what may be growing into something they look for; a judge
// holds back windows that grow, each judged with all that was said before. Bytes leave in the order in which they came.
import type { Detector, Finding, Part } from '../types.ts';
import { Channels, type Channel, type StreamEvent } from './channels.ts';
import { beforeCut, endingBy, firstOf, shifted } from './cuts.ts';
import { holdOf, lookBackOf, wordStart } from './hold.ts';

/** UTF-16 code units of the windows of a judge: about 40 tokens, then twice as many each time, up to about 400. */
const FIRST_WINDOW = 160;
const LAST_WINDOW = 1600;
/** UTF-16 code units of what was judged that a judge reads again, since a sentence may go over the edge of a window. */
const OVERLAP = 200;
/** UTF-16 code units of all that may be held back. */
const MAX_HELD = 4 * 1024 * 1024;
const FULL = MAX_HELD / 4;

/** What one window of text turned out to be. */
export type Clearance<Reason> = { clear: true } | { clear: false; reason: Reason };

export interface GateOptions<Reason> {
  /** Of the policies that block, apart from those that judge a text as a whole. */
  detectors: readonly Detector[];
  /** Detectors have found this: whether it stops the stream. */
  onFindings(findings: Map<string, Finding[]>): Clearance<Reason>;
  /** At once, or from another thread where it would take long. */
  scan(parts: readonly Part[]): Map<string, Finding[]> | Promise<Map<string, Finding[]>>;
  /** Detectors could not look: whether that stops the stream. */
  onUnseen(): Clearance<Reason>;
  /** Detectors have looked in another thread, so that there may be room again. */
  onLooked?(): void;
  /** Judges what is new, knowing what came before; undefined: there is nothing to judge. `whole`: only at the end. */
  judge: { whole: boolean; check(fresh: Part[], before: Part[]): Promise<Clearance<Reason>> } | undefined;
  /** More was held back than may be. */
  tooMuch(): Reason;
  /** Something cannot be read: whether that stops the stream. */
  onUnscannable(): Clearance<Reason>;
  /** These may leave. */
  release(pieces: readonly Piece[]): void;
  /** The stream has to end here: nothing more is released. Once. */
  stop(reason: Reason): void;
  /** All was released, after end(). Once. */
  done(): void;
}

/** A piece of the stream, and what it says. */
export interface Piece {
  bytes: string | Buffer;
  events: readonly StreamEvent[];
}

interface Item extends Piece {
  /** Lengths that its channels had with it. */
  reached: [Channel, number][];
}

export class StreamGate<Reason> {
  readonly channels = new Channels();
  readonly #options: GateOptions<Reason>;
  readonly #lookBack: number;
  readonly #queue: Item[] = [];
  /** By detectors: up to where. */
  readonly #cleared = new Map<Channel, number>();
  /** Detectors have yet to look at what these have grown by. */
  readonly #grown = new Set<Channel>();
  /** Detectors are looking, in another thread. */
  #looking = false;
  /** By judges: up to where. */
  readonly #judged = new Map<Channel, number>();
  #window = FIRST_WINDOW;
  #judging = false;
  #ended = false;
  #over = false;
  #begun = false;
  #held = 0;
  #unscannable = 0;

  constructor(options: GateOptions<Reason>) {
    this.#options = options;
    this.#lookBack = lookBackOf(options.detectors);
  }

  /** Enough waits for detectors that look in another thread: they should catch up first. */
  get isFull(): boolean {
    return this.#looking && this.#held > FULL;
  }

  /** Whether bytes wait here. */
  get holds(): boolean {
    return this.#queue.length > 0;
  }

  /** The next piece of the stream, and what it says. */
  push(piece: Piece): void {
    this.pushAll([piece]);
  }

  /** The same for pieces that have come together: detectors look once. */
  pushAll(pieces: readonly Piece[]): void {
    for (const piece of pieces) {
      if (this.#over) return;
      this.#note(piece);
    }
    if (this.#over) return;
    this.#detect();
    this.#advance();
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#over) return;
    this.#ended = true;
    for (const channel of this.channels.all) this.#grown.add(channel);
    this.#detect();
    this.#advance();
  }

  /** Nothing is wanted any more. */
  close(): void {
    this.#over = true;
    this.#queue.length = 0;
  }

  #note(piece: Piece): void {
    const { bytes, events } = piece;
    const grown = new Set<Channel>();
    for (const event of events) {
      const before = this.channels.all.length;
      const channel = this.channels.note(event);
      if (channel !== undefined) grown.add(channel);
      for (const added of this.channels.all.slice(before)) grown.add(added);
    }
    this.#queue.push({ ...piece, reached: [...grown].map((channel) => [channel, channel.text.length]) });
    this.#held += bytes.length;
    for (const channel of grown) this.#grown.add(channel);
    if (this.#held > MAX_HELD) this.#stop(this.#options.tooMuch());
    else this.#refuseUnread();
  }

  #refuseUnread(): void {
    const count = this.channels.unscannable.length;
    if (count === this.#unscannable) return;
    this.#unscannable = count;
    const clearance = this.#options.onUnscannable();
    if (!clearance.clear) this.#stop(clearance.reason);
  }

  /** One channel after the other: what grows while detectors look elsewhere is looked at afterwards, all together. */
  #detect(): void {
    for (const channel of this.#grown) {
      if (this.#looking || this.#over) return;
      this.#grown.delete(channel);
      this.#look(channel, channel.closed || this.#ended);
    }
  }

  #look(channel: Channel, isWhole: boolean): void {
    const { detectors, scan } = this.#options;
    const { text, path } = channel;
    const cleared = this.#cleared.get(channel) ?? 0;
    const hold = detectors.length === 0 ? { from: text.length, spread: 1 } : holdOf(detectors, text);
    const wanted = isWhole ? text.length : Math.max(cleared, hold.from);
    if (wanted === cleared && !isWhole) return;
    const from = wordStart(text, Math.max(0, cleared - Math.ceil(this.#lookBack * hold.spread)));
    const part: Part = { path, role: 'assistant', text: text.slice(from), history: false };
    const found = detectors.length === 0 ? NOTHING : scan([part]);
    if (!(found instanceof Promise)) return this.#seen(channel, wanted, shifted(found, from));
    this.#looking = true;
    const unseen = (): void => {
      const clearance = this.#options.onUnseen();
      if (clearance.clear) this.#seen(channel, wanted, NOTHING);
      else this.#stop(clearance.reason);
    };
    void found.then((late) => this.#unlessOver(() => this.#seen(channel, wanted, shifted(late, from))), () => this.#unlessOver(unseen)).then(() => {
      this.#looking = false;
      this.#detect();
      this.#unlessOver(() => this.#advance());
      this.#options.onLooked?.();
    });
  }

  #seen(channel: Channel, wanted: number, found: ReadonlyMap<string, Finding[]>): void {
    const before = this.#cleared.get(channel) ?? 0;
    const upTo = Math.max(before, beforeCut(found, wanted));
    const over = endingBy(found, upTo);
    const clearance = over.size === 0 ? CLEAR : this.#options.onFindings(over);
    if (clearance.clear) return void this.#cleared.set(channel, upTo);
    // Pieces in front of it, which may have come together with it, leave as they would have alone.
    this.#cleared.set(channel, Math.max(before, wordStart(channel.text, firstOf(over))));
    this.#release();
    this.#stop(clearance.reason);
  }

  #unlessOver(work: () => void): void {
    if (!this.#over) work();
  }

  #advance(): void {
    this.#judgeNext();
    if (this.#over) return;
    this.#release();
    if (!this.#ended || this.#queue.length > 0 || this.#judging || this.#looking || this.#over) return;
    this.#over = true;
    this.#options.done();
  }

  #release(): void {
    let count = 0;
    while (count < this.#queue.length && this.#queue[count]!.reached.every(([channel, length]) => length <= this.#clearedUpTo(channel))) count++;
    // What only begins a stream waits for its first words: a stream that is stopped before them has never begun.
    if (!this.#ended && !this.#begun && !this.#queue.slice(0, count).some(({ reached }) => reached.some(([{ forDetectors }, length]) => length > 0 && forDetectors !== true))) return;
    if (count === 0) return;
    this.#begun = true;
    const leaving = this.#queue.splice(0, count);
    this.#held -= leaving.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.#options.release(leaving);
  }

  #clearedUpTo(channel: Channel): number {
    const detected = this.#cleared.get(channel) ?? 0;
    return this.#options.judge === undefined || channel.forDetectors === true ? detected : Math.min(detected, this.#judged.get(channel) ?? 0);
  }

  #judgeNext(): void {
    const { judge } = this.#options;
    if (judge === undefined || this.#judging) return;
    const fresh = this.channels.all.filter((channel) => channel.forDetectors !== true && channel.text.length > (this.#judged.get(channel) ?? 0));
    const size = fresh.reduce((sum, channel) => sum + channel.text.length - (this.#judged.get(channel) ?? 0), 0);
    if (size === 0 || (!this.#ended && (judge.whole || size < this.#window))) return;
    this.#judging = true;
    this.#window = Math.min(2 * this.#window, LAST_WINDOW);
    const asPart = ({ path }: Channel, text: string): Part => ({ path, role: 'assistant', text, history: false });
    const before = this.channels.all.flatMap((channel) => {
      const known = channel.text.slice(0, this.#judged.get(channel) ?? 0);
      return known === '' ? [] : [asPart(channel, known)];
    });
    const reached = fresh.map((channel) => [channel, channel.text.length] as const);
    const parts = fresh.map((channel) => asPart(channel, channel.text.slice(Math.max(0, (this.#judged.get(channel) ?? 0) - OVERLAP))));
    void judge.check(parts, before).then((clearance) => {
      this.#judging = false;
      if (this.#over) return;
      if (!clearance.clear) return this.#stop(clearance.reason);
      for (const [channel, length] of reached) this.#judged.set(channel, length);
      this.#advance();
    });
  }

  #stop(reason: Reason): void {
    if (this.#over) return;
    this.close();
    this.#options.stop(reason);
  }
}

const CLEAR = { clear: true } as const;
const NOTHING: ReadonlyMap<string, Finding[]> = new Map();
