// One candidate of an answer, chunk by chunk. A whole answer is one chunk.
import type { ChatEvent } from '../../chat/answer.ts';
import { Blocks } from '../../chat/blocks.ts';
import type { Block, Signature } from '../../chat/request.ts';
import { isObject, own, printable } from '../../chat/json.ts';
import { isFinish, readFinish } from './finish.ts';
import { citationsOf } from './grounding.ts';
import { asArray, asObject, asString, type JsonObject } from './json.ts';
import { readLogprobs } from './logprobs.ts';
import { PartialArgs } from './partial-args.ts';

/** What parts may have besides the one member that says their kind. */
const NOTES = new Set(['thought', 'partMetadata', 'mediaResolution', 'mediaProcessing', 'videoMetadata', 'speechMetadata']);

/** The kind of a part for which other dialects have no word, as of code that ran at Google, or kinds yet to come. */
function otherKind(part: JsonObject): string | undefined {
  return own(part, 'text') === undefined ? Object.keys(part).find((name) => !NOTES.has(name) && isObject(part[name])) : undefined;
}

function mediaBlock(part: JsonObject): Block {
  const { mimeType, data } = asObject(part['inlineData']);
  const mediaType = asString(mimeType);
  // A draft that the model looked at while it thought is no part of the answer.
  if (part['thought'] === true) return { type: 'other', dialect: 'google', kind: 'thoughtImage', value: part };
  const source = { type: 'base64', mediaType, data: asString(data) } as const;
  const kind = mediaType.slice(0, mediaType.indexOf('/'));
  if (kind === 'image' || kind === 'audio' || kind === 'video') return { type: kind, source };
  return { type: 'document', source };
}

export class CandidateReader {
  readonly #choice: number;
  readonly #blocks: Blocks;
  /** Makes ids for calls that have none. */
  readonly #nextId: () => string;
  #call: PartialArgs | undefined;
  /** Of the text block that is open: offsets of citations count from its start. */
  #text = '';
  #isSigned = false;
  readonly #cited = new Set<string>();
  readonly #logprobs: JsonObject[] = [];
  #reason: unknown;

  constructor(choice: number, nextId: () => string) {
    this.#choice = choice;
    this.#blocks = new Blocks(choice);
    this.#nextId = nextId;
  }

  get hasFinished(): boolean {
    return this.#reason !== undefined;
  }

  read(candidate: JsonObject): ChatEvent[] {
    const events: ChatEvent[] = [];
    for (const part of asArray(asObject(candidate['content'])['parts'])) if (isObject(part)) events.push(...this.#readPart(part));
    for (const citation of citationsOf(candidate, this.#text)) {
      // Streams repeat the metadata as it grows.
      const key = JSON.stringify(citation);
      if (!this.#cited.has(key)) events.push(...this.#blocks.cite(citation));
      this.#cited.add(key);
    }
    if (candidate['logprobsResult'] !== undefined) this.#logprobs.push(...readLogprobs(candidate['logprobsResult']));
    const reason = candidate['finishReason'];
    if (isFinish(reason)) this.#reason = reason;
    return events;
  }

  /** Some models say STOP in every chunk, so only the end of the stream is the end of a candidate. */
  end(): ChatEvent[] {
    const choice = this.#choice;
    // Half of a call must not look like a whole one.
    const events = [...(this.hasFinished ? this.#endCall() : []), ...this.#blocks.close()];
    if (this.#logprobs.length > 0) {
      events.push({ type: 'logprobs', choice, logprobs: { content: this.#logprobs, refusal: null } });
    }
    if (this.hasFinished) events.push({ type: 'finish', choice, reason: readFinish(this.#reason, this.#blocks.sawCall) });
    return events;
  }

  #readPart(part: JsonObject): ChatEvent[] {
    // Nearly every part is words and nothing else.
    if (this.#call === undefined && typeof part['text'] === 'string' && Object.keys(part).length === 1) {
      return this.#readText('text', part['text'], undefined);
    }
    const value = part['thoughtSignature'];
    const signature: Signature | undefined = typeof value === 'string' && value !== '' ? { dialect: 'google', value } : undefined;
    const call = part['functionCall'];
    if (isObject(call)) return this.#readCall(call, signature);
    const before = this.#endCall();
    if (isObject(part['inlineData'])) {
      const media: ChatEvent = { type: 'block', choice: this.#choice, block: mediaBlock(part) };
      return [...before, ...this.#blocks.close(), media, ...this.#readText('text', '', signature)];
    }
    const kind = otherKind(part);
    if (kind !== undefined) {
      const block: Block = { type: 'other', dialect: 'google', kind: printable(kind), value: part };
      return [...before, ...this.#blocks.close(), { type: 'block', choice: this.#choice, block }];
    }
    return [...before, ...this.#readText(part['thought'] === true ? 'reasoning' : 'text', asString(part['text']), signature)];
  }

  #readText(type: 'text' | 'reasoning', text: string, signature: Signature | undefined): ChatEvent[] {
    if (text === '' && signature === undefined) return [];
    // What comes after a signature is not under it.
    const before = this.#isSigned ? this.#blocks.close() : [];
    if (this.#blocks.openType !== type) this.#text = '';
    this.#isSigned = signature !== undefined;
    this.#text += text;
    // As nearly always.
    if (before.length === 0 && signature === undefined) return this.#blocks.add(type, text);
    return [...before, ...this.#blocks.add(type, text), ...(signature === undefined ? [] : this.#blocks.sign(type, signature))];
  }

  #readCall(call: JsonObject, signature: Signature | undefined): ChatEvent[] {
    const events: ChatEvent[] = [];
    const name = asString(call['name']);
    const isNew = name !== '' || this.#call === undefined;
    if (isNew) {
      // The end of streamed arguments that has no beginning.
      if (name === '' && Object.keys(call).length === 0) return [];
      events.push(...this.#endCall());
      events.push(...this.#blocks.open({ type: 'tool-call', id: asString(call['id']) || this.#nextId(), name, kind: 'function' }));
      this.#call = new PartialArgs();
    }
    if (signature !== undefined) events.push({ type: 'signature', choice: this.#choice, signature });
    if (isObject(call['args']) && isNew && call['willContinue'] !== true) {
      this.#call = undefined;
      return [...events, ...this.#blocks.extend(JSON.stringify(call['args'])), ...this.#blocks.close()];
    }
    events.push(...this.#blocks.extend(this.#call?.add(call['partialArgs']) ?? ''));
    if (call['willContinue'] !== true) events.push(...this.#endCall());
    return events;
  }

  #endCall(): ChatEvent[] {
    if (this.#call === undefined) return [];
    const rest = this.#call.end();
    this.#call = undefined;
    return [...this.#blocks.extend(rest), ...this.#blocks.close()];
  }
}
