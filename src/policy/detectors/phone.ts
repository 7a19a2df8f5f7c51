// Phone numbers. In international form they are checked by the plan of their country; in national form by those of the given countries, and
// something has to say that they are one: a word near them, or the way their groups are written.
import { isSupportedCountry, parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';
import type { Detector } from '../types.ts';
import { digitsOf, hasWordNear, spansOf } from './spans.ts';

const CANDIDATE = /(?<![\w.@/:=#$€£-]|\d[,.] ?)(?:\+|00(?=[1-9]))?(?:\(\+?\d{1,4}\)[ \t.-]?)?\d(?:[ \t\u00a0]?[-–./]?[ \t\u00a0]?\(?\d\)?){5,16}(?![\w@-]|[.,:/]\d|[%°€$])/g;
const WORDS = new RegExp(
  String.raw`(?:\b|_)(?:tel(?:ephone|efon|\.)?|phone|mobil[e]?|cell(?:phone)?|call(?:s|ed|ing)?(?: (?:me|us|him|her|them))?|fax|` +
    String.raw`ruf(?:e|en|nummer)?|anruf\w*|handy(?:nummer)?|festnetz|whats ?app|sms|text (?:me|us)|messages? to|dial|durchwahl|` +
    String.raw`reach(?:ed)? (?:me|us|him|her|them|at|on|under)|contact (?:me|us|him|her|them|number)|(?:contact|kontakt)(?=:)|` +
    String.raw`erreichbar|erreiche\w?|(?:my|your|his|her|our|their)(?: new| old)? number|(?:meine|deine|seine|ihre|unsere)(?: neue| alte)? nummer|` +
    String.raw`portable|t[ée]l[ée]phone|tel[ée]fono|(?:mon|votre|ton|son) num[ée]ro)\b`,
  'i',
);
/** Words that say it is something else. */
const OTHERWISE = /(?:order|invoice|ticket|case|account|sequence|serial|part|model|isbn|issn|doi|version|build|id|port|error|code|zip|plz|iban|rfc|section|page)\b[\s:#.-]{0,3}(?:no\.?|number|nr\.?)?[\s:#.-]{0,3}$/i;
/** As in North America: (541) 714-1388, 541-714-1388, 541.714.1388. */
const NANP = /^(?:\+?1[ .-])?(?:\(\d{3}\) ?|\d{3}[.-])\d{3}[.-]\d{4}$/;
/** Numbers that are kept free for films and documentation. */
const FICTION = /555[ .-]?01\d\d$/;
const DATES = /^(?:19|20)\d\d[-./](?:0?[1-9]|1[0-2])[-./]|^(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|1[0-2])[-./](?:19|20)\d\d$/;

/** Where most numbers come from, when a policy does not say. */
const COUNTRIES = 'US GB DE AT CH FR IT ES PT NL BE LU IE DK SE NO FI PL CZ SK HU RO GR TR IL ZA IN SG JP KR AU NZ BR MX AR'.split(' ');

const isValidIn = (candidate: string, country: CountryCode | undefined): boolean =>
  parsePhoneNumberFromString(candidate, country === undefined ? undefined : { defaultCountry: country })?.isValid() === true;

/** Whether the numbering plan of a country is known. */
export const isPhoneCountry = (code: string): boolean => isSupportedCountry(code);

/** `countries`: ISO 3166-1 alpha-2, whose national forms count. */
export function phone(countries: readonly string[] = COUNTRIES): Detector {
  const known = countries.filter((country): country is CountryCode => isSupportedCountry(country));
  const isChosen = countries !== COUNTRIES;
  const isPhone = (text: string, match: string, start: number): boolean => {
    const digits = digitsOf(match);
    if (digits.length > 15 || DATES.test(match)) return false;
    const span = { start, end: start + match.length };
    if (OTHERWISE.test(text.slice(Math.max(0, start - 32), start))) return false;
    if (/^(?:\+|00|\(\+)/.test(match)) return isValidIn(match.replace(/^00/, '+').replace('(+', '+').replace(/^(\+\d+)\)/, '$1'), undefined);
    if (FICTION.test(match) || digits.length < (isChosen ? 7 : 8)) return false;
    if (NANP.test(match) && known.includes('US')) return isValidIn(match, 'US');
    return hasWordNear(text, span, WORDS, 40, 16) && known.some((country) => isValidIn(match, country));
  };
  return {
    id: isChosen ? `pii.phone:${[...countries].toSorted().join(',')}` : 'pii.phone',
    title: 'phone numbers',
    maxSpan: 40,
    mayMatch: (text) => /\d(?:\D{0,3}\d){6}/.test(text),
    scan: (text) => spansOf(text, CANDIDATE, ({ 0: match, index }) => isPhone(text, match, index)),
  };
}
