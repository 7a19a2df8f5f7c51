// Finds what is inserted into a sentence between its parts ("data may, except for §, not be shared"), so that the parts are read as one.
import { EXCEPTIONS, OPPOSITIONS } from './lexicon/connectives.ts';
import { CONCESSIONS, FINITE, MODALS, OPEN, PRONOUN, REMARKS, SUBORDINATORS } from './lexicon/insertions.ts';
import { NEGATIONS } from './lexicon/polarity.ts';
import { markerOf } from './markers.ts';
import { phrasePattern } from './phrases.ts';

export interface Insertion {
  /** Offsets in the sentence, with commas, parentheses or dashes around it. */
  start: number;
  end: number;
  /** `joined`: it negates the sentence, so that only its commas are taken out: "may, under no circumstances, be". */
  kind: 'exception' | 'concession' | 'remark' | 'joined';
}

const any = (phrases: readonly string[]): string => phrasePattern(phrases).source;
const begins = (...phrases: readonly string[]): RegExp => new RegExp(String.raw`^[^\p{L}§¤]*(?:${any(phrases)})`, 'u');
/** "darf man, ..., nicht": also with the pronoun that follows the verb. */
const ends = (phrases: readonly string[]): RegExp => new RegExp(String.raw`(?:${any(phrases)})(?:[\s-]+${PRONOUN})?\s*$`, 'u');

const exception = begins(...EXCEPTIONS);
const exceptionAfter = /[§¤]\W*(?:excepted|excluded|excluding|ausgenommen|exceptée?s?|exclue?s?)\s*$/u;
const concession = begins(...CONCESSIONS);
const clause = begins(...CONCESSIONS, ...SUBORDINATORS);
const remark = begins(...CONCESSIONS, ...SUBORDINATORS, ...REMARKS);
const afterModal = ends(MODALS);
const afterOpen = ends([...MODALS, ...OPEN]);
const modal = new RegExp(any(MODALS), 'u');
const NOT = /^[^\p{L}§¤]*(?:not|never|hardly|nowhere|nicht|nie|niemals|keinesfalls|nirgends|ne|pas|jamais)(?!\p{L})/u;
const finite = new RegExp(any(FINITE), 'u');
const beginsFinite = begins(...FINITE, ...NEGATIONS);
const goesOnAt = new RegExp(any([...FINITE, ...NEGATIONS, 'be']), 'u');
const negation = new RegExp(any(NEGATIONS), 'u');
/** "nobody", "under no circumstances": and nothing else. */
const isNegation = new RegExp(String.raw`^[^\p{L}§¤]*(?:(?:and|but|und|aber|et|mais)\s+)?(?:${any(NEGATIONS)})\s*$`, 'u');
const opposition = phrasePattern(OPPOSITIONS);
const firstOpposition = new RegExp(opposition.source, 'u');
/** One more in a list, rather than the sentence going on. */
const ITEM = new RegExp(
  String.raw`^\s*(?:(?:and|or|und|oder|et|ou|sowie)\s+)?(?:(?:the|all|any|die|der|den|alle|les|des|l|d)\W+)?` +
    String.raw`(?:(?!(?:no|keine?[nmrs]?|keinerlei|aucune?s?)\s)\p{L}+\s+)?[§¤]`,
  'u',
);
/** "to share §", "§ weiterzugeben", "de partager". */
const INFINITIVE = /^[^\p{L}§¤]*(?:to|de|d'|à)\W*\p{L}+|(?<!\p{L})zu \p{L}+en\W*$|\p{L}+zu\p{L}+en\W*$/u;
/** A subject without a verb: nothing is negated in it but itself. */
const NO_SUBJECT = /^[^\p{L}§¤]*(?:(?:and|but|und|aber|et|mais)\W+)?(?:no|keine?[nmrs]?|keinerlei|aucune?s?|pas d[e'])(?!\p{L})/u;
/** "Exceptions: ..." lists them. */
const HEADING = /^[^\p{L}§¤]*(?:exceptions?|ausnahmen?)(?!\p{L})/u;
const RELATIVE = /(?<!\p{L})(?:that|which|who|whose|die|der|das|deren|welche|qui|que|dont|if|when|wenn|falls|sie|they)(?!\p{L})/u;
/** "an das Modell senden": where the data must not go belongs to the sentence. */
const TAIL = new RegExp(
  String.raw`(?<=[§¤])\s+(?:(?:an|in|ins|im|bei|mit|zu|zum|vom|von|über|to|with)\s+` +
    String.raw`(?:(?:das|die|den|dem|der|ein|eine|einen|the|a|an|any)\s+)?` +
    String.raw`(?:modell\p{L}*|ki|llms?|dritte\p{L}*|anbieter\p{L}*|chat\p{L}*|prompts?|anfragen?|models?)\s+)?` +
    String.raw`(?:nicht\s+)?(?:zu\s+)?(?:weiter|ab|preis|hoch)?` +
    String.raw`(?:geben|senden|schicken|übermitteln|teilen|leiten|laden|übertragen|verwenden|nennen)\W*$`,
  'u',
);

/** Of one insertion; what is divided further is a list. */
const MAX_PARTS = 8;
const OPENERS = /[,(]|\s-(?=\s)/gu;

/** Characters to look back, and on, at first: the whole of a long list at each of its commas would take seconds. */
const NEAR = 512;
/** More than any mark or opposition takes. */
const LONGEST = 64;

/** Where the part of the sentence that ends at `at` begins. */
function partStart(text: string, at: number): number {
  const from = Math.max(0, at - NEAR);
  const near = lastStart(text.slice(from, at));
  return from > 0 && near < LONGEST ? lastStart(text.slice(0, at)) : from + near;
}

function lastStart(text: string): number {
  let start = 0;
  for (const { index } of text.matchAll(/[,;:()]|\s-\s/gu)) start = index + 1;
  for (const { index } of text.matchAll(opposition)) start = Math.max(start, index);
  return start;
}

/** Ends of the parts that begin at `from`, up to the next opposition. */
function closersOf(text: string, opener: string, from: number): number[] {
  if (opener === '(') return [text.indexOf(')', from)].filter((at) => at !== -1);
  const mark = opener === ',' ? /,/gu : /\s-(?=\s)/gu;
  mark.lastIndex = from;
  const ends: number[] = [];
  for (let match = mark.exec(text); match !== null && ends.length < MAX_PARTS; match = mark.exec(text)) ends.push(match.index);
  const limit = text.slice(from, (ends.at(-1) ?? from) + LONGEST).search(firstOpposition);
  return limit <= 0 ? ends : ends.filter((at) => at < from + limit);
}

function kindOf(body: string): Insertion['kind'] {
  if (exception.test(body) || exceptionAfter.test(body)) return 'exception';
  if (concession.test(body)) return 'concession';
  return !clause.test(body) && negation.test(body) ? 'joined' : 'remark';
}

interface Halves {
  left: string;
  body: string;
  right: string;
  /** Something else is inserted right before. */
  follows: boolean;
}

const partEnd = new RegExp(String.raw`[,;:()]|\s-\s|${opposition.source}`, 'u');
const nextPart = (text: string): string => text.split(partEnd, 1)[0]!;

/** "data may, BODY, not be shared": the verb waits for the rest; what is conceded says nothing about the rest wherever it stands. */
function interruptsVerb({ left, body, right, follows }: Halves): boolean {
  // "data may in requests, BODY, not be shared".
  const goesOn = modal.test(left) && NOT.test(right) && !/[§¤]/.test(nextPart(right));
  if (goesOn && (remark.test(body) || exception.test(body) || exceptionAfter.test(body))) return true;
  if (!afterOpen.test(left)) return concession.test(body) && !/[§¤]/.test(body);
  if (exception.test(body) || exceptionAfter.test(body) || clause.test(body)) return true;
  if (follows || finite.test(body)) return false;
  return afterModal.test(left) || remark.test(body);
}

/** "it is forbidden, BODY, to share §": the verb waits for its object. */
function interruptsObject({ left, body, right }: Halves): boolean {
  if (/[§¤]/.test(left) || !(exception.test(body) || clause.test(body)) || markerOf(left) === undefined) return false;
  const part = nextPart(right);
  return /[§¤]/.test(part) && markerOf(part) === undefined && (!/[§¤]/.test(body) || INFINITIVE.test(part));
}

/** "§, BODY, must not be shared", "nobody, BODY, may": the subject waits for its verb. */
function interruptsSubject({ left, body, right }: Halves): boolean {
  if (!beginsFinite.test(right)) return false;
  if (isNegation.test(left)) return !finite.test(body) || exception.test(body) || clause.test(body);
  if (!/[§¤]/.test(left)) return false;
  if (exception.test(body) || exceptionAfter.test(body)) return NO_SUBJECT.test(left) || markerOf(left) === undefined;
  return markerOf(left) === undefined && clause.test(body) && markerOf(body) !== undefined;
}

/** "even if she agrees, ...", "except for §, no §": before the sentence. */
function precedes({ left, body, right }: Halves): boolean {
  if (/[\p{L}§¤]/u.test(left) || !/[\p{L}§¤]/u.test(right)) return false;
  return concession.test(body) || (exception.test(body) && !HEADING.test(body) && markerOf(right) !== undefined);
}

/** Between marks. */
function bracketed(text: string): Insertion[] {
  const found: Insertion[] = [];
  let covered = text;
  const openers = [{ index: -1, 0: ',' }, ...text.matchAll(OPENERS)];
  for (const { index: at, 0: mark } of openers) {
    const opener = mark.trim();
    const last = found.at(-1);
    if (last !== undefined && at < last.end - mark.length) continue;
    const from = at + mark.length;
    const left = covered.slice(partStart(covered, Math.max(at, 0)), Math.max(at, 0));
    const follows = last !== undefined && at < last.end;
    const halves = closersOf(text, opener, from).map((close) => ({
      close,
      left,
      body: text.slice(from, close),
      right: text.slice(close + mark.length),
      follows,
    }));
    const goesOn = ({ right }: Halves): boolean => !ITEM.test(right) || INFINITIVE.test(nextPart(right));
    const isInserted = (one: Halves): boolean =>
      at === -1 ? precedes(one) : interruptsVerb(one) || interruptsObject(one) || interruptsSubject(one);
    const fits = halves.filter(isInserted);
    const inserted = fits.find((one) => interruptsSubject(one)) ?? fits.find(goesOn) ?? fits[0];
    if (inserted === undefined) continue;
    const end = inserted.close + mark.length;
    found.push({ start: Math.max(at, 0), end, kind: kindOf(inserted.body) });
    covered = covered.slice(0, Math.max(at, 0)) + ' '.repeat(end - Math.max(at, 0)) + covered.slice(end);
  }
  return found;
}

/** Where an exception without marks ends and the sentence goes on; undefined: it does not. */
function exceptionEnd(left: string, body: string): number | undefined {
  const first = body.search(/[§¤]/u);
  const isOpen = afterOpen.test(left);
  if (first === -1 && !isOpen) return undefined;
  const isSubject = /[§¤]/.test(left) && (markerOf(left) === undefined || NO_SUBJECT.test(left));
  const isFirst = !/[\p{L}§¤]/u.test(left);
  if (!isOpen && !isSubject && !isFirst) return undefined;
  const tail = body.search(TAIL);
  const from = first === -1 ? body.search(/\s/u) : first;
  const verb = body.slice(from).search(goesOnAt);
  const ends = [tail, verb === -1 ? -1 : from + verb].filter((at) => at > 0);
  const end = ends.length === 0 ? undefined : Math.min(...ends);
  if (end === undefined || RELATIVE.test(body.slice(0, end)) || (isFirst && !/[§¤]/.test(body.slice(end)))) return undefined;
  return end;
}

/** "no data except § may be shared": exceptions without marks before the verb. */
function unmarked(text: string): Insertion[] {
  const found: Insertion[] = [];
  for (const { index } of text.matchAll(phrasePattern(EXCEPTIONS))) {
    const before = text.slice(0, index).replace(/[\s,(]+$/u, ' ');
    const left = before.slice(partStart(before, before.length));
    const body = nextPart(text.slice(index));
    const length = exceptionEnd(left, body);
    if (length !== undefined && !found.some(({ end }) => index < end)) found.push({ start: index, end: index + length, kind: 'exception' });
  }
  return found;
}

/** In order, without overlaps. `sentence`: in lower case, with mentions covered by `§`, and names and formats by `¤`. */
export function findInsertions(sentence: string): Insertion[] {
  const marked = bracketed(sentence);
  let rest = sentence;
  for (const { start, end } of marked) rest = rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end);
  return [...marked, ...unmarked(rest)].toSorted((a, b) => a.start - b.start);
}
