// The texts that a stream is made of: one for each block of each choice, growing.
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
}

const nameOf = (block: OpenBlock): string => (block.type === 'tool-call' ? 'arguments' : block.type);
const MEDIA = { image: 'image', audio: 'audio', video: 'video', document: 'file' } as const;

export class Channels {
  readonly all: Channel[] = [];
  readonly unscannable: Unscannable[] = [];
  readonly #open = new Map<number, Channel>();
  readonly #blocks = new Map<number, number>();

  /** The channel that has grown or closed. */
  note(event: ChatEvent): Channel | undefined {
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
    if (event.type === 'delta') channel.text += event.text;
    else channel.closed = true;
    return channel;
  }

  /** Everything said so far. */
  parts(): Part[] {
    return this.all.filter(({ text }) => text !== '').map(({ path, text }) => ({ path, role: 'assistant', text, history: false }));
  }

  #next(choice: number): string {
    const index = this.#blocks.get(choice) ?? 0;
    this.#blocks.set(choice, index + 1);
    return `choices[${choice}].content[${index}]`;
  }

  #said(path: string, text: string): Channel {
    const channel = { path, text, closed: true };
    this.all.push(channel);
    return channel;
  }

  #whole(block: Block, path: string): Channel | undefined {
    if (block.type in MEDIA) {
      this.unscannable.push({ path, kind: MEDIA[block.type as keyof typeof MEDIA] });
      return undefined;
    }
    const { parts, unscannable } = readAnswerContent(block);
    this.unscannable.push(...unscannable.map((one) => ({ ...one, path: `${path}.${one.path}` })));
    return this.#said(path, parts.map(({ text }) => text).join('\n'));
  }
}
