// Numbers and addresses in words, in English and German.
import { replaceMapped, type Mapped } from './mapped.ts';

const WORDS = 'zero oh one two three four five six seven eight nine';
const WOERTER = 'null eins zwei drei vier fünf sechs sieben acht neun';
const SPELLED: Readonly<Record<string, string>> = {
  ...Object.fromEntries(WOERTER.split(' ').map((word, digit) => [word, String(digit)])),
  ...Object.fromEntries(WORDS.replace('oh ', '').split(' ').map((word, digit) => [word, String(digit)])),
  zwo: '2',
  oh: '0',
  fuenf: '5',
};
const NUMBER_WORD = `(?:${Object.keys(SPELLED).join('|')})`;
/** Seven numbers in a row are no sentence. */
const SPELLED_NUMBER = new RegExp(`\\b${NUMBER_WORD}(?:[\\s,.-]+${NUMBER_WORD}){6,}\\b`, 'gi');
const HOST_DOT = String.raw`\s{0,3}(?:\.|[[({<]\s{0,3}(?:dot|punkt)\s{0,3}[\])}>])\s{0,3}`;
const AT = String.raw`\s{0,3}[[({<]\s{0,3}(?:at|ät|klammeraffe)\s{0,3}[\])}>]\s{0,3}`;
// Lengths are bounded, so that the time is, too.
const SPELLED_ADDRESS = new RegExp(String.raw`(?<![\w.+-])([\w.+-]{1,64})${AT}([\w-]{1,63}(?:${HOST_DOT}[\w-]{1,63}){1,8})`, 'gi');
const WORDY_ADDRESS = /(?<![\w.+-])([\w.+-]{1,64}) at ([\w-]{1,63}(?: (?:dot|punkt) [\w-]{1,63}){1,8})\b/gi;
const DOT_IN_BRACKETS = /\s*[[({<]\s*(?:dot|punkt)\s*[\])}>]\s*/gi;

/** Each is looked for before its expression, which tries every word. */
const HAS_AT = /[[({<]\s{0,3}(?:at|ät|klammeraffe)\s{0,3}[\])}>]/i;
const HAS_DOT = / (?:dot|punkt) /i;

/** Numbers and addresses in words. */
export function unspell(mapped: Mapped): Mapped {
  let told = replaceMapped(mapped, SPELLED_NUMBER, ([match]) =>
    match.toLowerCase().split(/[\s,.-]+/).map((word) => SPELLED[word] ?? word).join(''));
  if (HAS_AT.test(told.text)) {
    told = replaceMapped(told, SPELLED_ADDRESS, ([, user, host]) => `${user}@${host!.replace(DOT_IN_BRACKETS, '.').replace(/\s+/g, '')}`);
  }
  if (!HAS_DOT.test(told.text)) return told;
  return replaceMapped(told, WORDY_ADDRESS, ([, user, host]) => `${user}@${host!.replace(/ (?:dot|punkt) /gi, '.')}`);
}
