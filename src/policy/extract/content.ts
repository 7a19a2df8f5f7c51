// Reads all that a request or an answer says, of every dialect and operation by one walk: each string is read unless it is known
// to be frame, so that nothing gets past because nobody has thought of it.
import type { Content, Part, Role } from '../types.ts';
import { freeText } from './free-text.ts';
import { mediumOf } from './media.ts';
import { roleOf, topLevelRole } from './roles.ts';
import { seams } from './seams.ts';
import { isBeside, isFrame, isFree, isKnownKind } from './structure.ts';

type Json = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 64;
/** Lists of messages, in the words of the dialects. */
const CONVERSATIONS: ReadonlySet<string> = new Set(['messages', 'contents', 'input']);

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumbers = (list: readonly unknown[]): boolean => list.length > 0 && list.every((item) => typeof item === 'number');

interface Place {
  path: string;
  role: Role;
  history: boolean;
  /** Names of the members on the way, and the kinds of the blocks. */
  around: string;
  depth: number;
}

class Walk {
  readonly content: Content = { parts: [], unscannable: [] };

  read(name: string, value: unknown, place: Place, holder: Json): void {
    if (typeof value === 'string') return this.#string(name, value, place, holder);
    if (typeof value !== 'object' || value === null) return;
    if (place.depth > MAX_DEPTH) return this.#unknown(place.path);
    if (Array.isArray(value)) return this.#list(name, value, place);
    this.object(value as Json, place);
  }

  object(object: Json, place: Place): void {
    const role = roleOf(object, place.role);
    const kind = typeof object['type'] === 'string' ? object['type'] : '';
    for (const [name, value] of Object.entries(object)) {
      const inner = { ...place, role, path: memberPath(place.path, name), around: `${place.around}.${kind}.${name}`, depth: place.depth + 1 };
      if (isBeside(name)) continue;
      // A tool's arguments and results; a list below such a name is one of messages or blocks.
      if (isFree(name) && !Array.isArray(value) && place.depth > 0) this.#free(value, inner);
      else this.read(name, value, inner, object);
    }
  }

  /** The messages after the last one of the assistant are new. */
  conversation(name: string, list: readonly unknown[], place: Place): void {
    const last = list.findLastIndex((item) => isObject(item) && roleOf(item, place.role) === 'assistant');
    list.forEach((item, index) => {
      const at = { ...place, path: `${place.path}[${index}]`, history: index <= last };
      this.read(name, item, at, {});
    });
  }

  #list(name: string, list: readonly unknown[], place: Place): void {
    // Tokens in place of text.
    if (isNumbers(list) && /input|prompt/.test(name)) return this.#unknown(place.path);
    const before = this.content.parts.length;
    list.forEach((item, index) => {
      const at = { ...place, path: `${place.path}[${index}]`, depth: place.depth + 1 };
      if (isObject(item) && typeof item['type'] === 'string' && place.role !== 'definition' && !isKnownKind(item['type'])) this.#unknown(at.path);
      this.read(name, item, at, {});
    });
    this.content.parts.push(...seams(this.content.parts.slice(before), place.path));
  }

  #string(name: string, value: string, place: Place, holder: Json): void {
    if (value === '' || isFrame(name, value)) return;
    const medium = mediumOf(name, value, holder, place.around);
    if (medium === undefined) return this.#say(value, place);
    if ('text' in medium) return this.#say(medium.text, place);
    this.content.unscannable.push({ path: place.path, kind: medium.unscannable });
    // An address may hold what must not leave, too.
    if (!/^data:/i.test(value) && /^[a-z][a-z0-9+.-]*:\/\//i.test(value)) this.#say(value, place);
  }

  #free(value: unknown, place: Place): void {
    const text = freeText(value);
    if (text !== '') this.#say(text, place);
  }

  #say(text: string, { path, role, history }: Place): void {
    const part: Part = { path, role, text, history };
    this.content.parts.push(part);
  }

  #unknown(path: string): void {
    this.content.unscannable.push({ path, kind: 'unknown' });
  }
}

const memberPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** What a request says. */
export function readRequestContent(body: Json): Content {
  const walk = new Walk();
  for (const [name, value] of Object.entries(body)) {
    const place = { path: name, role: topLevelRole(name), history: false, around: name, depth: 1 };
    if (CONVERSATIONS.has(name) && Array.isArray(value) && value.some(isObject)) walk.conversation(name, value, place);
    else walk.read(name, value, place, body);
  }
  return walk.content;
}

/** What a whole answer says. */
export function readAnswerContent(json: unknown): Content {
  const walk = new Walk();
  walk.read('', json, { path: '', role: 'assistant', history: false, around: '', depth: 1 }, {});
  return walk.content;
}
