// National ids of people: by their form, their check digits where they have any, and by a word near them where the form is common.
import type { Detector, Span } from '../types.ts';
import { passesBsn, passesCodiceFiscale, passesCpf, passesDni, passesEan13, passesMod11And10, passesNir, passesPesel, passesVerhoeff } from './checks.ts';
import { hasWordNear, inOrder, passesLuhn, spansOf } from './spans.ts';
import { traitsOf } from './traits.ts';

interface NationalId {
  /** ISO 3166-1 alpha-2. */
  country: string;
  pattern: RegExp;
  /** Has to stand near it; absent: the form is enough. */
  words?: RegExp;
  /** Of the letters and digits alone, in capitals. */
  check?: (id: string) => boolean;
}

const IDS: readonly NationalId[] = [
  { country: 'DE', pattern: /(?<![\w.-])[1-9]\d(?: ?\d{3}){3}(?![\w-]|[.,]\d)/g, words: /steuer|\btax|\btin\b|idnr|identifikationsnummer/i, check: passesMod11And10 },
  { country: 'AT', pattern: /(?<![\w.-])[1-9]\d{3} ?(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d(?![\w-])/g, words: /svnr|sozialversicherung|versicherungsnummer/i },
  { country: 'CH', pattern: /(?<![\w.-])756\.?\d{4}\.?\d{4}\.?\d\d(?![\w-]|[.,]\d)/g, check: passesEan13 },
  { country: 'GB', pattern: /(?<!\w)[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z](?<!BG|GB|NK|KN|TN|NT|ZZ)(?: ?\d\d){3} ?[A-D](?!\w)/g },
  { country: 'FR', pattern: /(?<![\w.-])[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?![\w-]|[.,]\d)/g, check: passesNir },
  { country: 'ES', pattern: /(?<![\w.-])(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z](?![\w-])/g, check: passesDni },
  { country: 'IT', pattern: /(?<!\w)[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)/g, check: passesCodiceFiscale },
  { country: 'NL', pattern: /(?<![\w.-])\d{9}(?![\w-]|[.,]\d)/g, words: /\bbsn\b|burgerservice|sofinummer/i, check: passesBsn },
  { country: 'PL', pattern: /(?<![\w.-])\d{11}(?![\w-]|[.,]\d)/g, words: /pesel/i, check: passesPesel },
  { country: 'SE', pattern: /(?<![\w.-])(?:(?:19|20)?\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[-+]\d{4}(?![\w-])/g, words: /personnummer|personal (?:identity )?number/i, check: (id) => passesLuhn(id.slice(-10)) },
  { country: 'BR', pattern: /(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d\d(?![\w-])/g, check: passesCpf },
  { country: 'IN', pattern: /(?<![\w.-])[2-9]\d{3}([ -]?)\d{4}\1\d{4}(?![\w-]|[.,]\d)/g, words: /aadha?ar|\buid(?:ai)?\b/i, check: passesVerhoeff },
  { country: 'CA', pattern: /(?<![\w.-])[1-79]\d\d([ -]?)\d{3}\1\d{3}(?![\w-]|[.,]\d)/g, words: /\bsin\b|social insurance/i, check: passesLuhn },
  { country: 'US', pattern: /(?<![\w.-])9\d\d-[5-9]\d-\d{4}(?![\w-])/g, words: /\bitin\b|taxpayer|tax ?id/i },
];

/** Whose ids are known. */
export const NATIONAL_ID_COUNTRIES: readonly string[] = IDS.map(({ country }) => country).toSorted();

/** `countries`: only of these; all of them when absent. */
export function nationalId(countries?: readonly string[]): Detector {
  const ids = IDS.filter(({ country }) => countries?.includes(country) !== false);
  const scan = (text: string): Span[] => {
    const spans = ids.flatMap(({ pattern, words, check }) =>
      spansOf(text, pattern, ({ 0: match, index }) => {
        if (check?.(match.replace(/[^0-9A-Z]/gi, '').toUpperCase()) === false) return false;
        return words === undefined || hasWordNear(text, { start: index, end: index + match.length }, words);
      }),
    );
    return inOrder(spans);
  };
  return {
    id: countries === undefined ? 'pii.national-id' : `pii.national-id:${[...countries].toSorted().join(',')}`,
    title: 'national identity and tax numbers',
    maxSpan: 24,
    // The fewest are six, in Great Britain.
    mayMatch: (text) => traitsOf(text).digits >= 6 && /\d\D?\d.{0,4}\d|[A-Z]{6}\d/.test(text),
    scan,
  };
}
