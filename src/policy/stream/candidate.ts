// Where something that a detector looks for may be growing at the end of a text. In prose that is the last word. Numbers, codes and
// addresses in words go on over spaces, and what a number is may only be said behind it.

/** UTF-16 code units that are looked at from the end: a run may not be longer. */
export const MAX_RUN = 256;
/** UTF-16 code units behind a number in which a word about it counts (detectors/spans.ts). */
const BEHIND = 24;
/** Digits of the shortest number that such a word is needed for. */
const LONG_NUMBER = /\d(?:[ \u00a0.\-–/()]{0,3}\d){6,}/g;
const DATE = /^(?:19|20)\d\d[-./]\d\d?[-./]\d\d?$/;

/** A group of a number or code, or few capitals between groups with digits, as in an IBAN. Nothing goes on behind a comma. */
const GROUP = /^["'([{<*_]*(?=\S*\d)[A-Za-z0-9+()\-–—./]{1,40}["')*_]*$|^[A-Z]{1,4}$|^[-–—./()+]{1,3}$/;
/** What another group may begin with. */
const GROUP_BEGINS = /^["'([{<*_]*(?:[\d+()\-–—./]\S*|[A-Z]{1,4}\d*)?$/;
const SMALL_IBAN = /^[a-z]{2}\d{2}/;
const SMALL_GROUP = /^[a-z]{1,4}$/;

const NUMBERS = 'zero oh one two three four five six seven eight nine null eins zwei zwo drei vier fünf fuenf sechs sieben acht neun'.split(' ');
const beginsOneOf = (words: readonly string[], text: string): boolean => words.some((word) => word.startsWith(text));
const plain = (word: string): string => word.toLowerCase().replace(/^[[({<]|[\])}>,.]$/g, '');
const isNumberWord = (word: string): boolean => NUMBERS.includes(plain(word));

const AT = ['at', 'ät', 'klammeraffe'];
const DOT = ['dot', 'punkt', '.'];
/** Whole words only: what is left of half a word would be read as something else. */
const USER = /^[("'<[]?[\w.+-]{1,64}$/;
const HOST = /^[\w-]{1,63}[\])}>]?$/;

/** The value behind it may hold anything. */
const LEADS = /[:=]["'`]?$|^(?:is|are|was|ist|war|lautet|to|auf|es|est|bearer|basic|-u|--user|--password)$/i;
/** `Password=x;` says what it is, and `User Id=y;` what the one before it was. */
const ASSIGNED = /=\S*;$/;
/** Nothing that a detector looks for goes over these, behind letters only. Where there are no spaces, all of a sentence would be one word. */
const BREAK = /^`?[^\d@%&\\=:"'`]*[()[\]{}<>|,;、。，；！？（）「」『』《》【】](?=[^\d+])/;
/** Behind the host nobody logs in any more; and a path in small letters is no key. */
const PATH = /^["'`]?(?:[a-z][a-z+.-]{1,30}:\/\/[a-z.-]*\/|[a-z._-]*\/)(?:[a-z._-]*\/)*/;

interface Word {
  text: string;
  index: number;
}

/** Index from which the text must be held back; its length where nothing can be growing. */
export function candidateStart(text: string): number {
  const floor = Math.max(0, text.length - MAX_RUN);
  const tail = text.slice(floor);
  const words = [...tail.matchAll(/\S+/g)].map(({ 0: word, index }): Word => ({ text: word, index }));
  const last = words.at(-1);
  if (last === undefined) return text.length;
  // A word is over once a space follows, but a number or code may go on behind it.
  const growing = last.index + last.text.length < tail.length ? undefined : words.pop();
  const starts = [growingFrom(growing, words.at(-1)), runFrom(growing, words), addressFrom(growing, words), numberFrom(tail, words)];
  return floor + Math.min(tail.length, ...starts);
}

/** The word that grows, or what of it still can be something. */
function growingFrom(growing: Word | undefined, before: Word | undefined): number {
  if (growing === undefined) return Infinity;
  if (before !== undefined && LEADS.test(before.text)) return growing.index;
  let at = 0;
  for (;;) {
    const rest = growing.text.slice(at);
    const skipped = (BREAK.exec(rest) ?? PATH.exec(rest))?.[0].length ?? 0;
    if (skipped === 0) return growing.index + at;
    at += skipped;
  }
}

/** Groups of a number or code, and numbers in words, that may go on. */
function runFrom(growing: Word | undefined, words: readonly Word[]): number {
  let from = assignedFrom(words);
  const next = growing?.text ?? '';
  const goesOn = GROUP_BEGINS.test(next) || beginsOneOf(NUMBERS, plain(next)) || isNumberWord(next);
  if (!goesOn && !SMALL_GROUP.test(next)) return from;
  let isRun = goesOn;
  for (let index = words.length - 1; index >= 0; index--) {
    const { text, index: at } = words[index]!;
    if (SMALL_IBAN.test(text)) return at;
    const isPart = GROUP.test(text) || isNumberWord(text);
    if (!isPart && !SMALL_GROUP.test(text)) break;
    isRun &&= isPart;
    if (isRun) from = Math.min(from, at);
  }
  return from;
}

function assignedFrom(words: readonly Word[]): number {
  const last = words.at(-1);
  return last !== undefined && ASSIGNED.test(last.text) ? last.index : Infinity;
}

/** "ann at example dot com", with brackets or without. */
function addressFrom(growing: Word | undefined, words: readonly Word[]): number {
  // Behind a space, "at" may come next.
  const all = [...words, growing ?? { text: '', index: Infinity }];
  const isLast = (index: number): boolean => index === all.length - 1;
  const is = (list: readonly string[], index: number): boolean => {
    const word = plain(all[index]!.text);
    return isLast(index) ? beginsOneOf(list, word) : list.includes(word);
  };
  const follows = ({ text }: Word, index: number, at: number): boolean => (index % 2 === 0 ? text === '' || HOST.test(text) : is(DOT, at + 1 + index));
  let from = Infinity;
  for (let at = all.length - 1; at > 0 && at >= all.length - 18; at--) {
    if (!is(AT, at)) continue;
    const user = all[at - 1]!;
    if (USER.test(user.text) && all.slice(at + 1).every((word, index) => follows(word, index, at))) from = user.index;
  }
  return from;
}

/** A long number, as long as a word behind it may tell what it is. */
function numberFrom(tail: string, words: readonly Word[]): number {
  for (const { 0: number, index } of tail.matchAll(LONG_NUMBER)) {
    if (index + number.length + BEHIND < tail.length || DATE.test(number)) continue;
    const holds = words.findLastIndex((word) => word.index <= index);
    const before = words.slice(0, Math.max(0, holds)).findLastIndex(({ text }) => !GROUP.test(text));
    return words[before + 1]?.index ?? index;
  }
  return Infinity;
}
