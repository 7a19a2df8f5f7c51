// Lets a stream through as far as it is cleared. Detectors hold back only what may be growing into something they look for; a judge
// holds back windows that grow, each judged with all that was said before. Bytes leave in the order in which they came.
import type { Detector, Finding, Part } from '../types.ts';
import { Channels, type Channel, type StreamEvent } from './channels.ts';
import { Detection } from './detection.ts';
import { Windows } from './windows.ts';

/** Bytes of all that may be held back. */
const MAX_HELD = 4 * 1024 * 1024;
const FULL = MAX_HELD / 4;

/** What one window of text turned out to be. */
export type Clearance<Reason> = { clear: true } | { clear: false; reason: Reason };

export interface GateOptions<Reason> {
  /** Of the policies that block, apart from those that judge a text as a whole. */
  detectors: readonly Detector[];
  /** Detectors have found this, which they had not found before: whether it stops the stream. */
  onFindings(findings: Map<string, Finding[]>): Clearance<Reason>;
  /** At once, or from another thread where it would take long. */
  scan(parts: readonly Part[]): Map<string, Finding[]> | Promise<Map<string, Finding[]>>;
  /** Detectors could not look: whether that stops the stream. */
  onUnseen(): Clearance<Reason>;
  /** Detectors have looked in another thread, so that there may be room again. */
  onLooked?(): void;
  /** Judges what is new, knowing what came before; undefined: there is nothing to judge. `whole`: only at the end. */
  judge: { whole: boolean; check(fresh: Part[], before: Part[]): Promise<Clearance<Reason>> } | undefined;
  /** The judge could not judge: whether that stops the stream. It goes on without the judge otherwise. */
  onUnjudged(): Clearance<Reason>;
  /** Whether so many bytes more may be kept; they then are. */
  mayKeep(bytes: number): boolean;
  /** More waits than may, for a judge or for detectors: whether that stops the stream. It goes on without whom it waits for otherwise. */
  onTooMuch(waitsFor: 'judge' | 'detectors'): Clearance<Reason>;
  /** Something cannot be read: whether that stops the stream. */
  onUnscannable(): Clearance<Reason>;
  /** These may leave. */
  release(pieces: readonly Piece[]): void;
  /** The stream has to end here: nothing more is released. Once. */
  stop(reason: Reason): void;
  /** Something went wrong that nobody has foreseen: nothing more is released. Once. */
  broken(): void;
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
  readonly #queue: Item[] = [];
  readonly #detection: Detection;
  readonly #windows = new Windows(this.channels);
  #judge: GateOptions<Reason>['judge'];
  #judging = false;
  #ended = false;
  #over = false;
  #begun = false;
  #held = 0;
  /** Bytes of what was held at most, and of all texts. */
  #kept = 0;
  /** Nobody looks at it any more. */
  #isLeftOut = false;
  #unscannable = 0;

  constructor(options: GateOptions<Reason>) {
    this.#options = options;
    this.#judge = options.judge;
    this.#detection = new Detection(options.detectors, {
      isOver: () => this.#over,
      isEnded: () => this.#ended,
      scan: (part) => options.scan([part]),
      found: (findings, before) => this.#found(findings, before),
      unseen: () => this.#unless(options.onUnseen()),
      looked: () => {
        this.#goOn();
        options.onLooked?.();
      },
      broken: () => this.#break(),
    });
  }

  /** Enough waits for detectors that look in another thread: they should catch up first. */
  get isFull(): boolean {
    return this.#detection.looksElsewhere && this.#held > FULL;
  }

  /** Not all that was said is known here. */
  get isLeftOut(): boolean {
    return this.#isLeftOut;
  }

  /** The next piece of the stream, and what it says. */
  push(piece: Piece): void {
    this.pushAll([piece]);
  }

  /** The same for pieces that have come together: detectors look once. */
  pushAll(pieces: readonly Piece[]): void {
    for (const piece of pieces) if (!this.#over) this.#note(piece);
    this.#goOn();
    while (!this.#over && !this.#fits()) this.#leaveOut(this.#judge === undefined ? 'detectors' : 'judge');
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#over) return;
    this.#ended = true;
    for (const channel of this.channels.all) this.#detection.ended(channel);
    this.#goOn();
  }

  /** From here on nobody knows what its pieces say. */
  misread(): void {
    if (this.#over || !this.#unless(this.#options.onUnseen())) return;
    this.#judge = undefined;
    this.#detection.giveUp();
    this.#goOn();
  }

  /** Nothing is wanted any more. */
  close(): void {
    this.#over = true;
    this.#queue.length = 0;
  }

  #goOn(): void {
    if (!this.#over) this.#detection.look();
    if (!this.#over) this.#advance();
  }

  /** Whether what waits here, and what was said so far, may be kept. */
  #fits(): boolean {
    if (this.#isLeftOut) return true;
    const wanted = this.#held + this.channels.size;
    if (this.#held > MAX_HELD || (wanted > this.#kept && !this.#options.mayKeep(wanted - this.#kept))) return false;
    this.#kept = Math.max(this.#kept, wanted);
    return true;
  }

  #note(piece: Piece): void {
    const { bytes } = piece;
    const events = this.#isLeftOut ? [] : piece.events;
    const grown = new Set<Channel>();
    for (const event of events) {
      const before = this.channels.all.length;
      const channel = this.channels.note(event);
      if (channel !== undefined) grown.add(channel);
      if (channel !== undefined && event.type === 'close') this.#detection.ended(channel);
      for (const added of this.channels.all.slice(before)) grown.add(added);
    }
    this.#queue.push({ ...piece, reached: [...grown].map((channel) => [channel, channel.text.length]) });
    this.#held += bytes.length;
    for (const channel of grown) this.#detection.grew(channel);
    this.#refuseUnread();
  }

  /** Pieces in front of what was found, which may have come together with it, leave as they would have alone. */
  #found(findings: Map<string, Finding[]>, clearBefore: () => void): boolean {
    const clearance = this.#options.onFindings(findings);
    if (!clearance.clear) {
      clearBefore();
      this.#release();
    }
    return this.#unless(clearance);
  }

  #refuseUnread(): void {
    const count = this.channels.unscannable.length;
    if (count === this.#unscannable) return;
    this.#unscannable = count;
    this.#unless(this.#options.onUnscannable());
  }

  #advance(): void {
    this.#judgeNext();
    if (this.#over) return;
    this.#release();
    if (!this.#ended || this.#queue.length > 0 || this.#judging || this.#detection.looksElsewhere || this.#over) return;
    this.#over = true;
    this.#options.done();
  }

  #release(): void {
    let count = 0;
    while (count < this.#queue.length && this.#queue[count]!.reached.every(([channel, length]) => this.#isClear(channel, length))) count++;
    // What only begins a stream waits for its first words: a stream that is stopped before them has never begun.
    if (!this.#ended && !this.#begun && !this.#queue.slice(0, count).some(({ reached }) => reached.some(([{ forDetectors }, length]) => length > 0 && forDetectors !== true))) return;
    if (count === 0) return;
    this.#begun = true;
    const leaving = this.#queue.splice(0, count);
    this.#held -= leaving.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.#options.release(leaving);
  }

  #isClear(channel: Channel, length: number): boolean {
    const isJudged = this.#judge === undefined || channel.forDetectors === true || length <= this.#windows.upTo(channel);
    return isJudged && this.#detection.isClear(channel, length);
  }

  #judgeNext(): void {
    const judge = this.#judge;
    if (judge === undefined || this.#judging || (judge.whole && !this.#ended)) return;
    const window = this.#windows.next(this.#ended);
    if (window === undefined) return;
    this.#judging = true;
    const after = (clearance: Clearance<Reason>, isJudged: boolean): void => {
      this.#judging = false;
      if (this.#over || this.#judge === undefined || !this.#unless(clearance)) return;
      if (isJudged) window.done();
      else this.#judge = undefined;
      this.#advance();
    };
    judge.check(window.fresh, window.before)
      .then((clearance) => after(clearance, true))
      .catch(() => this.#over ? undefined : after(this.#options.onUnjudged(), false))
      .catch(() => this.#break());
  }

  /** Too much waits for the judge, or for detectors. */
  #leaveOut(whom: 'judge' | 'detectors'): void {
    if (!this.#unless(this.#options.onTooMuch(whom))) return;
    if (whom === 'judge') {
      this.#judge = undefined;
      this.#judging = false;
    } else {
      this.#detection.giveUp();
      this.#isLeftOut = true;
    }
    this.#goOn();
  }

  /** Nothing that comes later may end the process. */
  #break(): void {
    if (this.#over) return;
    this.close();
    this.#options.broken();
  }

  /** False: the stream was stopped. */
  #unless(clearance: Clearance<Reason>): boolean {
    if (!clearance.clear) this.#stop(clearance.reason);
    return clearance.clear && !this.#over;
  }

  #stop(reason: Reason): void {
    if (this.#over) return;
    this.close();
    this.#options.stop(reason);
  }
}
