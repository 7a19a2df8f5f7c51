// Letters of other scripts that look like Latin ones, and marks over letters: a word that is written with them reads the same.
import { replaceMapped, type Mapped } from './mapped.ts';

const PAIRS = [
  // Cyrillic
  'аa вb еe ѕs іi јj кk мm нh оo рp сc тt уy хx ԁd ԛq ԝw һh гr ьb ӏl зz пn ԍg',
  'АA ВB ЕE ЅS ІI ЈJ КK МM НH ОO РP СC ТT УY ХX ԌG Ӏl ЗZ Ьb',
  // Greek
  'αa βb γy εe ηn ιi κk νv οo ρp τt υu χx ωw ζz ϲc ϳj',
  'ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX',
  // Others that NFKC leaves alone
  'ıi ɑa ɡg ʀr ɴn ʟl ɪi օo սu հh ոn Տs ᴀa ʙb ᴄc ᴅd ᴇe ꜰf ɢg ʜh ᴊj ᴋk ᴍm ᴏo ᴘp ꜱs ᴛt ᴜu ᴠv ᴡw ʏy ᴢz øo łl đd',
]
  .join(' ')
  .split(' ')
  .map((pair) => [...pair] as [string, string]);
const LATIN: ReadonlyMap<string, string> = new Map(PAIRS);
const LETTERS = PAIRS.map(([letter]) => letter).join('');
const MARKS = '\\u0300-\\u036f';
/** Greek and Cyrillic: words of these are written in such letters alone. */
const SCRIPTS = '\\u0370-\\u03ff\\u0400-\\u052f';
/** Letters beside Latin ones or digits, words without any letter that is not alike, and marks. */
const DISGUISED = new RegExp(
  `(?<=[a-z0-9])[${LETTERS}]+|[${LETTERS}]+(?=[a-z0-9])|(?<![${SCRIPTS}])[${LETTERS}]{3,}(?![${SCRIPTS}])|[${MARKS}]`,
  'giu',
);
const LETTER = new RegExp(`[${LETTERS}${MARKS}]`, 'gu');
const HAS_ANY = /[\u0080-\uffff]/;

/** With Latin letters in the place of those that disguise a Latin word, and without marks. */
export function unmask(mapped: Mapped): Mapped {
  if (!HAS_ANY.test(mapped.text)) return mapped;
  return replaceMapped(mapped, DISGUISED, ([letters]) => letters.replace(LETTER, (letter) => LATIN.get(letter) ?? (/\p{M}/u.test(letter) ? '' : letter)));
}
