// The texts that a stream is made of: one for each block of each choice, growing, and what its events say besides.
import type { ChatEvent, OpenBlock } from '../../chat/answer.ts';
import type { Block } from '../../chat/request.ts';
import { readAnswerContent } from '../extract/content.ts';
import type { Part, Unscannable } from '../types.ts';

/** One growing text. */
export interface Channel {
  path: string;
  text: string;
  /** Nothing more will come. */
  closed: boolean;
  /** No judge has to read it. */
  forDetectors?: true;
}

/** What the bytes of an event say apart from what its dialect makes of them. */
export type Remark =
  | {
      type: 'remark';
      /** Texts of one key go on in one another, unless each stands apart. */
      key: string;
      path: string;
      text: string;
      isApart: boolean;
      /** It needs not wait for what may come. */
      isWhole: boolean;
      forDetectors: boolean;
    }
  | { type: 'unread'; unscannable: Unscannable };

export type StreamEvent = ChatEvent | Remark;

export const isRemark = (event: StreamEvent): event is Remark => event.type === 'remark' || event.type === 'unread';

/** Between remarks that stand apart. */
const GAP = '\n\n\n';

const nameOf = (block: OpenBlock): string => (block.type === 'tool-call' ? 'arguments' : block.type);
const MEDIA = { image: 'image', audio: 'audio', video: 'video', document: 'file' } as const;

export class Channels {
  readonly all: Channel[] = [];
  readonly unscannable: Unscannable[] = [];
  readonly #open = new Map<number, Channel>();
  readonly #blocks = new Map<number, number>();
  readonly #remarks = new Map<string, Channel>();
  #size = 0;

  /** UTF-16 code units of all texts. */
  get size(): number {
    return this.#size;
  }

  /** The channel that has grown or closed. */
  note(event: StreamEvent): Channel | undefined {
    if (event.type === 'remark') return this.#remark(event);
    if (event.type === 'unread') return this.#unread(event.unscannable);
    if (event.type === 'open') {
      const at = this.#next(event.choice);
      if (event.block.type === 'tool-call') this.#said(`${at}.name`, event.block.name);
      const channel = { path: `${at}.${nameOf(event.block)}`, text: '', closed: false };
      this.all.push(channel);
      this.#open.set(event.choice, channel);
      return channel;
    }
    if (event.type === 'block') return this.#whole(event.block, this.#next(event.choice));
    if (event.type !== 'delta' && event.type !== 'close') return undefined;
    const channel = this.#open.get(event.choice);
    if (channel === undefined) return undefined;
    if (event.type === 'delta') {
      channel.text += event.text;
      this.#size += event.text.length;
    } else channel.closed = true;
    return channel;
  }

  /** Everything said so far. */
  parts(): Part[] {
    return this.all
      .filter(({ text }) => text !== '')
      .map(({ path, text, forDetectors }) => ({ path, role: 'assistant', text, history: false, ...(forDetectors === true ? { seam: true } : {}) }));
  }

  #next(choice: number): string {
    const index = this.#blocks.get(choice) ?? 0;
    this.#blocks.set(choice, index + 1);
    return `choices[${choice}].content[${index}]`;
  }

  #said(path: string, text: string): Channel {
    const channel = { path, text, closed: true };
    this.#size += text.length;
    this.all.push(channel);
    return channel;
  }

  #remark({ key, path, text, isApart, isWhole, forDetectors }: Extract<Remark, { type: 'remark' }>): Channel {
    let channel = this.#remarks.get(key);
    this.#size += text.length;
    if (channel === undefined) {
      channel = { path, text, closed: isWhole, ...(forDetectors ? { forDetectors } : {}) };
      this.#remarks.set(key, channel);
      this.all.push(channel);
      return channel;
    }
    channel.text += isApart ? GAP + text : text;
    channel.closed = isWhole;
    return channel;
  }

  #unread(unscannable: Unscannable): undefined {
    const isKnown = this.unscannable.some(({ path, kind }) => path === unscannable.path && kind === unscannable.kind);
    if (!isKnown) this.unscannable.push(unscannable);
  }

  #whole(block: Block, path: string): Channel | undefined {
    if (block.type in MEDIA) return this.#unread({ path, kind: MEDIA[block.type as keyof typeof MEDIA] });
    const { parts, unscannable } = readAnswerContent(block);
    for (const one of unscannable) this.#unread({ ...one, path: `${path}.${one.path}` });
    return this.#said(path, parts.map(({ text }) => text).join('\n'));
  }
}
