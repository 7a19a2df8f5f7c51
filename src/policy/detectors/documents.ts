// Numbers that only the word before them makes personal: passports, driving licences, bank accounts.
import type { Detector } from '../types.ts';
import { hasDigits, spansOf } from './spans.ts';

const NUMBER_OF = String.raw`(?:[\s_-]{0,3}(?:no\.?|number|num|nr\.?|nummer|id|#|numéro))?[\s:=#"']{0,4}(?:(?:is|are|was|ist|lautet|est|es)[\s:"']{1,3})?`;

/** Words, then what a number looks like; only the number counts. */
function afterWords(id: string, title: string, words: string, number: string): Detector {
  const pattern = new RegExp(`(?<=(?:\\b|_)(?:${words})${NUMBER_OF})(?=[A-Za-z0-9-]{0,20}\\d)${number}(?![\\w-])`, 'gi');
  // Looking back from each number for a word costs far more than to see that no word is there.
  const word = new RegExp(`(?:\\b|_)(?:${words})`, 'i');
  return { id, title, maxSpan: 100, mayMatch: (text) => hasDigits(text) && word.test(text), scan: (text) => spansOf(text, pattern) };
}

export const passport = afterWords('pii.passport', 'passport numbers', 'passport|reisepass|passeport|pasaporte|ausweis', '[A-Z0-9]{6,9}');

export const drivingLicence = afterWords(
  'pii.driving-licence',
  'driving licence numbers',
  String.raw`driver'?s?[\s_-]licen[cs]e|driving[\s_-]licen[cs]e|dl|führerschein|permis de conduire`,
  '(?:[A-Z0-9]{6,19}|[A-Z0-9]{1,8}(?:[ -][A-Z0-9]{0,8}\\d[A-Z0-9]{0,8}){1,4})',
);

export const bankAccount = afterWords(
  'pii.bank-account',
  'bank account numbers',
  String.raw`(?:bank[\s_-]?)?account|acct|konto|kontonummer|bankverbindung|routing|aba|sort[\s_-]?code|blz|bankleitzahl|bic|swift`,
  String.raw`(?:\d(?:[ -]?\d){5,16}|[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)`,
);
