// International bank account numbers, ISO 13616: length by country, and the check of ISO 7064.
import type { Detector, Span } from '../types.ts';
import { matchesOf } from './spans.ts';
import { traitsOf } from './traits.ts';

/** Length by country, as in the registry of SWIFT. */
const LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  [
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18',
    'FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27',
    'MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27',
    'SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30',
  ]
    .flatMap((line) => line.split(' '))
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);
const BEGINNING = /(?<![A-Za-z0-9])([A-Za-z]{2})(\d{2})/g;
const MAX_SPAN = 48;

/** The remainder of a long number that stands in pieces. */
function remainder(iban: string): number {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

/** Where so many letters and digits end, spaces and dashes between groups aside; undefined: they do not stand there. */
function endOf(text: string, start: number, length: number): { end: number; iban: string } | undefined {
  let iban = '';
  for (let at = start; at < Math.min(text.length, start + MAX_SPAN); at++) {
    const character = text[at]!;
    if (/[A-Za-z0-9]/.test(character)) iban += character.toUpperCase();
    else if (!/[ \u00a0-]/.test(character)) return undefined;
    if (iban.length === length) return { end: at + 1, iban };
  }
  return undefined;
}

export const iban: Detector = {
  id: 'pii.iban',
  title: 'international bank account numbers (IBAN)',
  maxSpan: MAX_SPAN,
  mayMatch: (text) => traitsOf(text).digits >= 2 && /[A-Za-z]{2}\d{2}[ \u00a0-]?[A-Za-z0-9]{2}/.test(text),
  scan(text) {
    const spans: Span[] = [];
    for (const { 1: country, index } of matchesOf(text, BEGINNING)) {
      const length = LENGTHS[country!.toUpperCase()];
      const found = length === undefined ? undefined : endOf(text, index, length);
      if (found === undefined || /[A-Za-z0-9]/.test(text[found.end] ?? '')) continue;
      if (remainder(found.iban) === 1) spans.push({ start: index, end: found.end });
    }
    return spans;
  },
};
