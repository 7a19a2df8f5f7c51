// What a judge is asked about a stream: windows that grow, each with all that was said before.
import type { Part } from '../types.ts';
import type { Channel, Channels } from './channels.ts';

/** UTF-16 code units of the windows of a judge: about 40 tokens, then twice as many each time, up to about 400. */
const FIRST_WINDOW = 160;
const LAST_WINDOW = 1600;
/** UTF-16 code units of what was judged that a judge reads again, since a sentence may go over the edge of a window. */
const OVERLAP = 200;

export interface Window {
  fresh: Part[];
  before: Part[];
  /** It was judged. */
  done(): void;
}

const asPart = ({ path }: Channel, text: string): Part => ({ path, role: 'assistant', text, history: false });

export class Windows {
  readonly #channels: Channels;
  /** Up to where. */
  readonly #judged = new Map<Channel, number>();
  #size = FIRST_WINDOW;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  /** Code units of a channel that were judged. */
  upTo(channel: Channel): number {
    return this.#judged.get(channel) ?? 0;
  }

  /** What is to be judged next; undefined: nothing yet. `isLast`: nothing more comes. */
  next(isLast: boolean): Window | undefined {
    const all = this.#channels.all;
    const fresh = all.filter((channel) => channel.forDetectors !== true && channel.text.length > this.upTo(channel));
    const size = fresh.reduce((sum, channel) => sum + channel.text.length - this.upTo(channel), 0);
    if (size === 0 || (!isLast && size < this.#size)) return undefined;
    this.#size = Math.min(2 * this.#size, LAST_WINDOW);
    const reached = fresh.map((channel) => [channel, channel.text.length] as const);
    return {
      fresh: fresh.map((channel) => asPart(channel, channel.text.slice(Math.max(0, this.upTo(channel) - OVERLAP)))),
      before: all.map((channel) => asPart(channel, channel.text.slice(0, this.upTo(channel)))).filter(({ text }) => text !== ''),
      done: () => {
        for (const [channel, length] of reached) this.#judged.set(channel, length);
      },
    };
  }
}
