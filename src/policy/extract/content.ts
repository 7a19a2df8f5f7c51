// Reads all that a request or an answer says, of every dialect and operation by one walk: each string is read unless it is known
// to be frame, so that nothing gets past because nobody has thought of it.
import { isObject, type Json } from '../../chat/json.ts';
import type { Content, Part, Role } from '../types.ts';
import { readFree } from './free-text.ts';
import { leavesOf } from './leaves.ts';
import { mediumOf } from './media.ts';
import { isKnownName, memberPath } from './names.ts';
import { readableIn } from './opaque.ts';
import { isReference, isReferenceItem } from './references.ts';
import { roleOf, topLevelRole } from './roles.ts';
import { kindOfText, seams } from './seams.ts';
import { isBeside, isFree, isOfKnownKind, isProbabilities, isScreen, isSealed, readingOf } from './structure.ts';

const MAX_DEPTH = 64;
/** Numbers that are long enough to be those of somebody, and those that no setting has. */
const LONG = 1e6;
const VERY_LONG = 1e11;
/** A name that is longer, or of several words, is a text. */
const LOOKS_LIKE_A_NAME = /^[\w$@.:/+-]{1,64}$/;
/** Lists of messages, in the words of the dialects. */
const CONVERSATIONS: ReadonlySet<string> = new Set(['messages', 'contents', 'input']);

const isNumbers = (list: readonly unknown[]): boolean => list.length > 0 && list.every((item) => typeof item === 'number');

interface Place {
  path: string;
  role: Role;
  history: boolean;
  /** Names of the members on the way, and the kinds of the blocks. */
  around: string;
  depth: number;
  /** Inside of log probabilities, which repeat the answer. */
  isAside?: boolean;
  /** Neighbours are put together further out. */
  isJoined?: boolean;
  /** Of a thought that is else no different from what is said aloud. */
  isThought?: boolean;
}

class Walk {
  readonly content: Content = { parts: [], unscannable: [] };
  readonly #isRequest: boolean;
  readonly #names = new Set<string>();
  /** Of answers: kinds of the texts that libraries put together for their callers. */
  readonly #kinds = new Map<Part, string>();
  /** What log probabilities say, token by token, by where they stand. */
  readonly #asides = new Map<string, string[]>();

  constructor(isRequest: boolean) {
    this.#isRequest = isRequest;
  }

  read(name: string, value: unknown, place: Place, holder: Json): void {
    if (typeof value === 'string') return this.#string(name, value, place, holder);
    if (typeof value === 'number') return this.#number(name, value, place);
    if (typeof value !== 'object' || value === null) return;
    if (place.depth > MAX_DEPTH) {
      this.#say(leavesOf(value).join('\n'), place);
      return this.#unknown(place.path);
    }
    if (Array.isArray(value)) return this.#list(name, value, place);
    this.#object(value as Json, place);
  }

  member(name: string, value: unknown, place: Place, holder: Json): void {
    if (!isKnownName(name)) this.#name(name, place);
    if (this.#isRequest && isReference(name, value, place.depth, holder)) this.#unknown(place.path);
    // Counts are numbers; a string among them is something else.
    if (isBeside(name) && typeof value !== 'string') return this.#beside(value, place);
    // An answer may repeat the tools that it could use.
    const role = !this.#isRequest && name === 'tools' ? 'definition' : place.role;
    const isAside = place.isAside === true || (!this.#isRequest && isProbabilities(name));
    // A tool's arguments and results; a list below such a name is one of messages or blocks.
    if (isFree(name) && isObject(value) && !isScreen(value)) this.#free(value, place);
    else if (isFree(name) && typeof value === 'string' && place.depth > 1) this.#free(value, place);
    else this.read(name, value, { ...place, role, isAside }, holder);
  }

  /** The messages after the last one of the assistant are new. */
  conversation(name: string, list: readonly unknown[], place: Place): void {
    const last = list.findLastIndex((item) => isObject(item) && roleOf(item, place.role) === 'assistant');
    const before = this.content.parts.length;
    list.forEach((item, index) => {
      const at = { ...place, path: `${place.path}[${index}]`, history: index <= last, isJoined: true };
      if (isObject(item) && isReferenceItem(item)) this.#unknown(at.path);
      this.read(name, item, at, {});
    });
    this.#join(before, place.path);
  }

  /** What is left to be said when all was read. */
  end(): Content {
    if (this.#names.size > 0) {
      this.content.parts.push({ path: '*', role: 'other', text: [...this.#names].join('\n\n'), history: false, seam: true });
    }
    for (const [path, texts] of this.#asides) this.content.parts.push({ path, role: 'assistant', text: texts.join(''), history: false, seam: true });
    return this.content;
  }

  #object(object: Json, place: Place): void {
    const role = roleOf(object, place.role);
    const kind = typeof object['type'] === 'string' ? object['type'] : '';
    for (const [name, value] of Object.entries(object)) {
      const around = `${place.around}.${kind}.${name}`;
      const at = { ...place, role, path: memberPath(place.path, name), around, depth: place.depth + 1 };
      this.member(name, value, object['thought'] === true ? { ...at, isThought: true } : at, object);
    }
  }

  #list(name: string, list: readonly unknown[], place: Place): void {
    // Tokens in place of text.
    if (isNumbers(list) && /input|prompt/.test(name)) return this.#unknown(place.path);
    const before = this.content.parts.length;
    list.forEach((item, position) => {
      // Pieces of an answer say which choice they belong to.
      const index = !this.#isRequest && isObject(item) && Number.isSafeInteger(item['index']) ? item['index'] : position;
      const at = { ...place, path: `${place.path}[${index}]`, depth: place.depth + 1 };
      if (isObject(item) && place.role !== 'definition' && name !== 'skills' && !isOfKnownKind(item)) this.#unknown(at.path);
      this.read(name, item, at, {});
    });
    if (place.isJoined !== true) this.#join(before, place.path);
  }

  #join(from: number, path: string): void {
    this.content.parts.push(...seams(this.content.parts.slice(from), path, (part) => this.#kinds.get(part)));
  }

  #string(name: string, value: string, place: Place, holder: Json): void {
    if (value === '') return;
    const isTop = this.#isRequest && place.depth === 1;
    const reading = readingOf(isSealed(name, holder) ? 'signature' : name, value, isTop);
    if (reading === 'frame') return;
    if (reading === 'opaque') return readableIn(value).forEach((text) => this.#say(text, place, true));
    if (reading === 'name') return this.#say(value, place, true);
    const medium = mediumOf(name, value, holder, place.around);
    if (medium === undefined) return this.#say(value, place);
    if (medium.unscannable !== undefined) this.content.unscannable.push({ path: place.path, kind: medium.unscannable });
    if (medium.text !== undefined) this.#say(medium.text, place);
    if (medium.forDetectors !== undefined) this.#say(medium.forDetectors, place, true);
  }

  /** A name may say what it must not, and so may a number; no judge has to read all of them. */
  #name(name: string, place: Place): void {
    if (LOOKS_LIKE_A_NAME.test(name)) this.#names.add(name);
    else this.#say(name, place);
  }

  #number(name: string, value: number, place: Place): void {
    const size = Math.abs(value);
    if (size >= VERY_LONG && isKnownName(name)) this.#say(String(value), place, true);
    else if (size >= LONG && !isKnownName(name)) this.#say(`${name}: ${value}`, place, true);
  }

  #beside(value: unknown, place: Place): void {
    const said = leavesOf(value).filter((leaf) => /[^\w.-]|\d{7}/.test(leaf));
    if (said.length > 0) this.#say(said.join('\n\n'), place, true);
  }

  #free(value: unknown, place: Place): void {
    const { text, glued } = readFree(value);
    if (text !== '') this.#say(text, place);
    if (glued !== '') this.#say(glued, place, true);
  }

  #say(text: string, { path, role, history, isAside, around, isThought }: Place, onlyForDetectors = false): void {
    if (isAside === true) {
      const whole = path.replace(/\[\d+\]/g, '[]');
      const known = this.#asides.get(whole);
      if (known === undefined) this.#asides.set(whole, [text]);
      else known.push(text);
      return;
    }
    const part: Part = { path, role, text, history, ...(onlyForDetectors ? { seam: true } : {}) };
    this.content.parts.push(part);
    if (this.#isRequest || onlyForDetectors) return;
    const kind = kindOfText(around, isThought);
    if (kind !== undefined) this.#kinds.set(part, kind);
  }

  #unknown(path: string): void {
    this.content.unscannable.push({ path, kind: 'unknown' });
  }
}

/** What a request says. */
export function readRequestContent(body: Json): Content {
  const walk = new Walk(true);
  for (const [name, value] of Object.entries(body)) {
    const place = { path: memberPath('', name), role: topLevelRole(name), history: false, around: name, depth: 1 };
    if (CONVERSATIONS.has(name) && Array.isArray(value) && value.some(isObject)) walk.conversation(name, value, place);
    else walk.member(name, value, place, body);
  }
  return walk.end();
}

/** What a whole answer says. */
export function readAnswerContent(json: unknown): Content {
  const walk = new Walk(false);
  walk.read('', json, { path: '', role: 'assistant', history: false, around: '', depth: 0 }, {});
  return walk.end();
}
