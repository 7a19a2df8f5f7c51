// Whether a value was made by a machine, and whether it only stands for one.

/** Written where a value belongs, in documentation and samples. */
const WORDS =
  'your my the some an? enter insert add put change replace example sample dummy fake placeholder redacted masked hidden todo tbd ' +
  'none null nil undefined true false yes no on off string text value type test foo bar baz';
const FILLERS = /^(?:x+|\*+|\.+|-+|_+|#+|0+|\?+)$/i;
const PHRASES =
  /(?:your|my)[_-]|example|placeholder|change[_-]?(?:me|it)|not[_-]?(?:set|real)|redacted|x{6,}|\*{3,}|\.{3,}|_here$|-here$/i;
const STAND_IN = new RegExp(`^(?:${WORDS.split(' ').join('|')})(?![a-z0-9])|${FILLERS.source}|${PHRASES.source}`, 'i');
/** Filled in later: $NAME, ${name}, {{name}}, %NAME%, <name>, #{name}, @name@. */
const VARIABLE = /^[$%<{[(#@&~|]|[$#%]\{|\{\{|^%?\w+%$|[<>]$/;

/** What stands for a value rather than being one. */
export const isStandIn = (value: string): boolean => STAND_IN.test(value) || VARIABLE.test(value);

const SEQUENCE = /^(?:[a-z]+|[A-Z]?[a-z]+(?:[A-Z][a-z]+)*|[A-Z]+|\d+)$/;

/** Words written together, with one number: `X509WorkloadIdentity`, `B64`, `sha256Constructor`. */
const NUMBERED = /^(?:[A-Za-z]{1,12}|[A-Z]?[a-z]*(?:[A-Z][a-z]+)*)\d{1,4}(?:[A-Z][a-z]{2,})*$/;

/** Each part is a word or a number, as in names: `access_token_2`, `node-v18`, `windows1252`, `helveticaNeue`. */
function isName(value: string): boolean {
  const parts = value.split(/[-_./+~%]/).filter((part) => part !== '' && !SEQUENCE.test(part));
  return parts.length <= 2 && parts.every((part) => NUMBERED.test(part));
}

/** Bits for each character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** Letters and digits mixed as in keys. `least`: bits for each character. */
export function looksRandom(value: string, least = 3): boolean {
  const digits = value.match(/\d/g)?.length ?? 0;
  const letters = value.match(/[A-Za-z]/g)?.length ?? 0;
  return digits >= 2 && letters >= 2 && !isName(value) && entropyOf(value) >= least;
}
