// Addresses of machines on the internet. Those that everybody uses at home, in a cluster or in examples of networks name nobody.
import { isIPv6 } from 'node:net';
import type { Detector, Span } from '../types.ts';
import { hasWordBefore, inOrder, spansOf } from './spans.ts';
import { traitsOf } from './traits.ts';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const V4 = new RegExp(`(?<![\\w.-])${OCTET}(?:\\.${OCTET}){3}(?![\\w-]|\\.\\d|/\\d)`, 'g');
const V6 = /(?<![\w:.-])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?![\w:-]|\.\d|\/\d)/gi;
const VERSION = /(?:\bv|version|release|build|firmware|\bsdk|driver|update|patch)\W{0,3}$/i;
const LOCAL_V4 = /^(?:0|10|127|22[4-9]|23\d|24\d|25[0-5])\.|^169\.254\.|^172\.(?:1[6-9]|2\d|3[01])\.|^192\.168\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;
const LOCAL_V6 = /^(?:f[cde]|::)/i;

/** Two groups around "::" are as likely the name of a function. */
const isAddress = (candidate: string): boolean => candidate.split(/:+/).filter((group) => group !== '').length >= 4 && isIPv6(candidate);

function mayBeFour(text: string): boolean {
  const { digits, hasDot } = traitsOf(text);
  return hasDot && digits >= 4 && /\d\.\d/.test(text);
}
const mayBeSix = (text: string): boolean => traitsOf(text).hasColon && /[0-9a-f]:[0-9a-f:]/i.test(text);

export const ip: Detector = {
  id: 'pii.ip',
  title: 'public IP addresses',
  maxSpan: 39,
  mayMatch: (text) => mayBeFour(text) || mayBeSix(text),
  scan(text): Span[] {
    const four = !mayBeFour(text) ? [] : spansOf(text, V4, ({ 0: match, index }) => {
      if (LOCAL_V4.test(match)) return false;
      return !hasWordBefore(text, { start: index, end: index + match.length }, VERSION, 16);
    });
    const six = !mayBeSix(text) ? [] : spansOf(text, V6, ({ 0: match }) => !LOCAL_V6.test(match) && isAddress(match));
    return inOrder([...four, ...six]);
  },
};
