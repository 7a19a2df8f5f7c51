// Social Security numbers of the United States. The Social Security Administration never assigned some of them.
import type { Detector } from '../types.ts';
import { hasWordNear, spansOf } from './spans.ts';
import { traitsOf } from './traits.ts';

const CANDIDATE = /(?<![\w.-])(?!000|666|9\d\d)(\d{3})([- .\u00a0]?)(?!00)(\d{2})\2(?!0000)(\d{4})(?![\w-]|[.,]\d)/g;
const WORDS = /(?:\b|_)(?:ssn|ss ?#|social[\s_-]?security|soc(?:ial)?[ .]sec|tax ?id|taxpayer|itin|sozialversicherung\w*)/i;
/** Printed on samples, or used in advertisements. */
const FAMOUS = new Set(['078051120', '219099999', '457555462']);

export const ssn: Detector = {
  id: 'pii.ssn',
  title: 'Social Security numbers (US)',
  maxSpan: 11,
  mayMatch: (text) => traitsOf(text).digits >= 9 && /\d{3}[- .\u00a0]?\d{2}[- .\u00a0]?\d{4}/.test(text),
  scan(text) {
    return spansOf(text, CANDIDATE, ({ 0: match, 1: area, 2: separator, 3: group, 4: serial, index }) => {
      if (FAMOUS.has(`${area}${group}${serial}`)) return false;
      if (separator === '-') return true;
      return hasWordNear(text, { start: index, end: index + match.length }, WORDS);
    });
  },
};
