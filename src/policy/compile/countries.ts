// Countries whose national forms count: written as people write them, read as detectors know them.
import { NATIONAL_ID_COUNTRIES } from '../detectors/national-id.ts';
import { isPhoneCountry } from '../detectors/phone.ts';
import { enumerate } from './plan-words.ts';

/** Codes that many use in place of the one in ISO 3166-1. */
const ALIASES: Readonly<Record<string, string>> = { UK: 'GB', EL: 'GR' };

/** `unknown`: sentences about those whose national forms nothing finds. */
export interface Countries {
  /** ISO 3166-1 alpha-2, as detectors take them. */
  codes: string[] | undefined;
  unknown(ids: readonly string[]): string[];
}

/** `countries`: as in spec.countries; undefined: all. */
export function readCountries(countries: readonly string[] | undefined): Countries {
  if (countries === undefined) return { codes: undefined, unknown: () => [] };
  const codes = [...new Set(countries.map((code) => ALIASES[code] ?? code))];
  const isKnown = (code: string): boolean => isPhoneCountry(code) || NATIONAL_ID_COUNTRIES.includes(code);
  const strangers = codes.filter((code) => !isKnown(code));
  const idless = codes.filter((code) => isKnown(code) && !NATIONAL_ID_COUNTRIES.includes(code));
  const unknown = (ids: readonly string[]): string[] => [
    ...(strangers.length === 0
      ? []
      : [
          `spec.countries: detectors know no country ${enumerate(strangers)}, so nothing is found for it; ` +
            'write countries as in ISO 3166-1, for example GB, DE and US.',
        ]),
    ...(idless.length === 0 || !ids.includes('pii.national-id')
      ? []
      : [
          `spec.countries: detectors know no national ids of ${enumerate(idless)}, only those of ${enumerate(NATIONAL_ID_COUNTRIES)}; ` +
            'add the form of others to spec.patterns.',
        ]),
  ];
  return { codes, unknown };
}
