// Letters of other scripts that look like Latin ones, and marks over letters: a word that is written with them reads the same.
import { replaceMapped, type Mapped } from './mapped.ts';

const PAIRS = [
  // Cyrillic
  'аa вb еe ѕs іi јj кk мm нh оo рp сc тt уy хx ԁd ԛq ԝw һh гr ьb ӏl зz пn ԍg',
  'АA ВB ЕE ЅS ІI ЈJ КK МM НH ОO РP СC ТT УY ХX ԌG Ӏl ЗZ',
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
const LOOK_ALIKE = new RegExp(`[${LETTERS}]|[${MARKS}]`, 'gu');

/** Source of an expression for words that are Latin in disguise: mixed with Latin letters, or without any letter that is not alike. */
export const DISGUISED = [
  `[a-z0-9][${LETTERS}]`,
  `[${LETTERS}][a-z0-9]`,
  `(?<![\\u0370-\\u03ff\\u0400-\\u052f])[${LETTERS}]{3,}(?![\\u0370-\\u03ff\\u0400-\\u052f])`,
  `[${MARKS}]`,
].join('|');

/** With Latin letters in their place, and without marks. */
export const unmask = (mapped: Mapped): Mapped => replaceMapped(mapped, LOOK_ALIKE, ([letter]) => LATIN.get(letter) ?? '');
