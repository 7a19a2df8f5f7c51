// Reads the bytes of each event of a stream besides its dialect: what stands in members that the dialect knows nothing of, in log
// probabilities, names of events, comments, errors, or an end that says something else than what came before.
import { isObject, type Json } from '../../chat/json.ts';
import { readAnswerContent } from '../extract/content.ts';
import { freeText } from '../extract/free-text.ts';
import { hugeNumbers, withDistinctNames } from '../extract/whole-json.ts';
import type { Part } from '../types.ts';
import { isRemark, type Remark, type StreamEvent } from './channels.ts';
import { Deltas, Edges, type EdgeText } from './edges.ts';
import { goesOn, keyOf, Members } from './members.ts';
import { itemsOf, parsed, payloadsOf, withoutEcho } from './payloads.ts';
import { Repetitions, type SaidBlock } from './repetitions.ts';

/** Members whose texts go on in the next event. */
const GROWING = /delta|logprobs|token|transcript|text$/i;
/** Members that stand beside such texts in each event: what they say does not go on, so no event has to wait for the next one. */
const BESIDE = /(?:^|\.)(?:id|item_id|obfuscation)$/;
const ARGUMENTS = /\.(?:args|arguments|input|partialArgs)$/;

/** Sound comes in pieces of base64 of any length. */
const SOUND = /(?:^|\.|_)audio\.delta$/;
const BASE64 = /^[\w+/-]+={0,2}$/;

/** What a choice says. */
interface Choice {
  edges: Edges;
  /** Undefined before its first. */
  block: SaidBlock | undefined;
}

type How = Partial<Pick<Remark & { type: 'remark' }, 'isApart' | 'isWhole' | 'forDetectors'>>;

function remark(key: string, path: string, text: string, how: How = {}): Remark {
  return { type: 'remark', key, path, text, isApart: false, isWhole: false, forDetectors: false, ...how };
}

export class Remarks {
  readonly #isEvents: boolean;
  readonly #request: Json;
  readonly #choices = new Map<number, Choice>();
  readonly #repetitions = new Repetitions();
  readonly #members = new Members();
  /** What names and other parts of the frame said last, so that what each event repeats is read once. */
  readonly #last = new Map<string, string>();

  /** `request`: of the caller, which answers may repeat. */
  constructor(isEvents: boolean, request: Json) {
    this.#isEvents = isEvents;
    this.#request = request;
  }

  /** The events of some bytes, which are whole, with what else the bytes say. */
  read(bytes: string, events: readonly StreamEvent[]): StreamEvent[] {
    const deltas = new Deltas();
    const all: StreamEvent[] = [];
    for (const event of events) all.push(event, ...this.#follow(event, deltas));
    const { data, lines } = this.#isEvents ? payloadsOf(bytes) : itemsOf(bytes);
    for (const text of data) all.push(...this.#payload(text, deltas));
    for (const line of lines) all.push(...this.#line(line, deltas));
    return all;
  }

  #payload(text: string, deltas: Deltas): StreamEvent[] {
    if (text.trim() === '[DONE]' || text.trim() === '') return [];
    const json = parsed(text);
    if (json === undefined) return [remark('data', 'data', text)];
    // Nothing was lost of what is written the same again, which costs less to see.
    const distinct = JSON.stringify(json) === text ? undefined : withDistinctNames(text);
    if (distinct === undefined) return [...this.#event(json, deltas), ...this.#numbers(text)];
    // Of two members of one name callers differ in which one they keep.
    const unread: Remark = { type: 'unread', unscannable: { path: '', kind: 'unknown' } };
    return [unread, ...this.#event(parsed(distinct), deltas), ...this.#numbers(text)];
  }

  /** To their last digit. */
  #numbers(text: string): Remark[] {
    const huge = /\d{17}/.test(text) ? hugeNumbers(text) : undefined;
    return huge === undefined ? [] : this.#apart('numbers', '*', huge);
  }

  #event(json: unknown, deltas: Deltas): StreamEvent[] {
    const event = isObject(json) ? json : {};
    const type = typeof event['type'] === 'string' ? event['type'] : '';
    const { parts, unscannable } = readAnswerContent(withoutEcho(json, this.#request));
    const all: StreamEvent[] = unscannable.map((one) => ({ type: 'unread', unscannable: one }));
    if (SOUND.test(type)) all.push({ type: 'unread', unscannable: { path: 'delta', kind: 'audio' } });
    const seen = new Map<string, number>();
    for (const part of parts) {
      const nth = seen.get(part.path) ?? 0;
      seen.set(part.path, nth + 1);
      all.push(...this.#part(part, type, keyOf(event, part.path, nth), deltas));
    }
    return all;
  }

  #part({ path, text, seam }: Part, type: string, key: string, deltas: Deltas): Remark[] {
    const forDetectors = seam === true || (SOUND.test(type) && BASE64.test(text));
    const isGrowing = !BESIDE.test(path) && (GROWING.test(path) || GROWING.test(type) || (goesOn(type) && ARGUMENTS.test(path)));
    if (!isGrowing && (forDetectors || ARGUMENTS.test(path))) return this.#apart(key, path, text);
    const { own, joined, isWhole } = this.#members.follow(key, text, deltas.get(text), (words) => this.#repetitions.has(words));
    return [
      ...(own === '' ? [] : [remark(key, path, own, { isWhole: !isGrowing, forDetectors })]),
      ...(joined === '' ? [] : [remark(`joined ${key}`, path, joined, { isWhole: isWhole || !isGrowing, forDetectors: true })]),
    ];
  }

  /** What is in no data: names of events, comments; or an answer that is no event stream at all. */
  #line(line: string, deltas: Deltas): StreamEvent[] {
    if (/^\s*[[{]/.test(line)) return this.#payload(line, deltas);
    if (/^(?:event|id|retry): ?[\w.:-]*$|^:/.test(line)) return this.#apart('line', 'line', line);
    return [remark('words', 'line', `${line}\n`, { isWhole: true })];
  }

  #apart(key: string, path: string, text: string): Remark[] {
    if (this.#last.get(key) === text) return [];
    this.#last.set(key, text);
    return [remark(`apart ${key}`, path, text, { isApart: true, isWhole: true, forDetectors: true })];
  }

  /** What stands half in one block and half in the next, which detectors read in one piece. */
  #follow(event: StreamEvent, deltas: Deltas): Remark[] {
    if (isRemark(event) || (event.type !== 'open' && event.type !== 'delta' && event.type !== 'close')) return [];
    const choice = this.#choices.get(event.choice) ?? { edges: new Edges(event.choice), block: undefined };
    this.#choices.set(event.choice, choice);
    if (event.type === 'open') {
      const left = this.#leave(choice);
      choice.block = this.#repetitions.open();
      return this.#edges(event.choice, [...left, ...choice.edges.open(event.block)]);
    }
    if (choice.block === undefined) return [];
    if (event.type === 'close') return this.#edges(event.choice, this.#leave(choice));
    this.#repetitions.add(choice.block, event.text);
    const { place, said } = choice.edges.delta(event.text);
    deltas.add(event.text, place);
    const read = /^\s*[[{"]/.test(event.text) ? freeText(event.text) : event.text;
    if (read !== event.text) deltas.add(read, place);
    return this.#edges(event.choice, said);
  }

  #leave(choice: Choice): EdgeText[] {
    const { block, edges } = choice;
    choice.block = undefined;
    if (block === undefined) return [];
    this.#repetitions.close(block);
    return edges.close(block.text);
  }

  #edges(choice: number, texts: readonly EdgeText[]): Remark[] {
    const path = `choices[${choice}].content`;
    return texts.map(({ key, text, isWhole }) => remark(`edge ${choice} ${key}`, path, text, { isWhole, forDetectors: true }));
  }
}
