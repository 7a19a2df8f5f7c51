// The blocks of a ConverseStream: text and thoughts begin without notice, tool calls with one, and all of them end with one.
import type { ChatEvent } from '../../chat/answer.ts';
import { Blocks } from '../../chat/blocks.ts';
import { readCitation } from './citation.ts';
import { asList, asRecord, asText, member, parseJson, type Json } from './json.ts';
import { imageOf, isServerTool } from './read-answer.ts';

/** A block that is told as a whole when it has ended. */
interface Held {
  kind: string;
  value: Json;
  /** What came in pieces. */
  pieces: string[];
  parts: unknown[];
}

function joinBase64(pieces: readonly string[]): string {
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64'))).toString('base64');
}

export class StreamBlocks {
  readonly #blocks = new Blocks(0);
  #index: unknown;
  #held: Held | undefined;
  /** Of the thought that is open, in pieces. */
  #signature: string[] = [];
  #isRedacted = false;

  get sawCall(): boolean {
    return this.#blocks.sawCall;
  }

  start(event: Json): ChatEvent[] {
    const closed = this.#turnTo(event['contentBlockIndex']);
    const start = member(event, 'start');
    const use = member(start, 'toolUse');
    if (use !== undefined && !isServerTool(use)) {
      const id = asText(use['toolUseId']) || 'tooluse';
      return [...closed, ...this.#blocks.open({ type: 'tool-call', id, name: asText(use['name']) ?? '', kind: 'function' })];
    }
    const kind = Object.keys(start ?? {})[0];
    if (kind === undefined) return closed;
    this.#held = { kind, value: member(start, kind) ?? {}, pieces: [], parts: [] };
    return [...closed, ...this.#blocks.close()];
  }

  delta(event: Json): ChatEvent[] {
    const closed = this.#turnTo(event['contentBlockIndex']);
    const delta = member(event, 'delta') ?? {};
    const reasoning = member(delta, 'reasoningContent');
    return [...closed, ...(reasoning === undefined ? [...this.#sign(), ...this.#read(delta)] : this.#think(reasoning))];
  }

  /** The end of the block that is open, if any. */
  stop(): ChatEvent[] {
    const signed = this.#sign();
    const closed = [...signed, ...this.#blocks.close()];
    const held = this.#held;
    this.#held = undefined;
    this.#index = undefined;
    return held === undefined ? closed : [...closed, ...this.#tell(held)];
  }

  /** A block ends at the latest where another one goes on. */
  #turnTo(index: unknown): ChatEvent[] {
    const ended = this.#index !== undefined && this.#index !== index ? this.stop() : [];
    this.#index = index;
    return ended;
  }

  #read(delta: Json): ChatEvent[] {
    const use = member(delta, 'toolUse');
    if (use !== undefined) return this.#more(asText(use['input']) ?? '');
    if (delta['citation'] !== undefined) return this.#blocks.cite(readCitation(delta['citation']));
    const image = member(delta, 'image');
    if (image !== undefined) return this.#more(asText(member(image, 'source')?.['bytes']) ?? '');
    if (delta['toolResult'] !== undefined) this.#held?.parts.push(...asList(delta['toolResult']));
    return this.#blocks.add('text', asText(delta['text']) ?? '');
  }

  #more(text: string): ChatEvent[] {
    if (this.#held === undefined) return this.#blocks.openType === 'tool-call' ? this.#blocks.extend(text) : [];
    this.#held.pieces.push(text);
    return [];
  }

  #think(reasoning: Json): ChatEvent[] {
    const redacted = asText(reasoning['redactedContent']);
    if (redacted !== undefined) {
      const begun = this.#isRedacted;
      this.#isRedacted = true;
      this.#signature.push(redacted);
      return begun ? [] : this.#blocks.open({ type: 'reasoning', redacted: true });
    }
    const signature = asText(reasoning['signature']) ?? '';
    if (signature !== '') this.#signature.push(signature);
    return this.#blocks.add('reasoning', asText(reasoning['text']) ?? '');
  }

  /** Whole, since callers take each signature for the whole one. */
  #sign(): ChatEvent[] {
    if (this.#signature.length === 0) return [];
    const pieces = this.#signature;
    // Bytes in base64 cannot be joined as text.
    const value = this.#isRedacted && pieces.length > 1 ? joinBase64(pieces) : pieces.join('');
    this.#signature = [];
    this.#isRedacted = false;
    return this.#blocks.sign('reasoning', { dialect: 'bedrock', value });
  }

  #tell({ kind, value, pieces, parts }: Held): ChatEvent[] {
    if (kind === 'image') {
      const image = imageOf(value['format'], pieces.join(''));
      return image === undefined ? [] : [{ type: 'block', choice: 0, block: image }];
    }
    const input = kind === 'toolUse' ? { input: asRecord(parseJson(pieces.join(''))) ?? {} } : {};
    const content = kind === 'toolResult' ? { content: parts } : {};
    return [{ type: 'block', choice: 0, block: { type: 'other', dialect: 'bedrock', kind, value: { ...value, ...input, ...content } } }];
  }
}
