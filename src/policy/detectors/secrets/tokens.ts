// What callers show to prove who they are: JSON Web Tokens, and credentials in headers and on command lines.
import type { Detector } from '../../types.ts';
import { inOrder, spansOf } from '../spans.ts';
import { groupsOf } from './groups.ts';
import { holdLongRun, LONGEST } from './long-runs.ts';
import { isStandIn, looksRandom } from './randomness.ts';

// Base64 of `{"` begins each.
const JWT = /(?<![\w.-])eyJ[\w-]{8,600}\.(?:[\w-]{8,800}|)\.(?:[\w-]{10,512}(?:\.[\w-]{8,128}){0,2})/g;

export const jwt: Detector = {
  id: 'secret.jwt',
  title: 'JSON Web Tokens',
  maxSpan: LONGEST,
  mayMatch: (text) => text.includes('eyJ'),
  scan: (text) => spansOf(text, JWT),
  holdFrom: holdLongRun,
};

const HEADER = String.raw`(?:proxy-)?authorization["'\]]{0,2}\s{0,4}(?:[:=,]\s{0,4})?["'${'`'}]?\s{0,2}(?:bearer|basic|token|apikey)[\s:]{1,3}`;
const NAMED = String.raw`(?:x-api-key|x-auth-token|x-[a-z]{2,20}-token|private-token|api-key)["']?\s{0,4}:\s{0,4}["']?`;
const BARE = String.raw`\bbearer[\s:]{1,3}`;
const CREDENTIAL = new RegExp(`(?:${HEADER}|${NAMED}|${BARE})([\\w.~+/-]{8,1600}={0,2})`, 'gi');
const CURL = /\bcurl\b[^\r\n]{0,200}?\s(?:-u|--user)[ =]?["']?([\w.@+-]{1,80}:([^\s"'$<{]{6,128}))/g;

const isCredential = (value: string): boolean => !isStandIn(value) && (/={1,2}$/.test(value) || looksRandom(value, 2.5));

export const bearer: Detector = {
  id: 'secret.bearer',
  title: 'credentials in Authorization headers, other headers and on command lines of curl',
  maxSpan: LONGEST,
  mayMatch: (text) => /authorization|bearer|-token|api-key|curl/i.test(text),
  scan: (text) =>
    inOrder([...groupsOf(text, CREDENTIAL, isCredential), ...groupsOf(text, CURL, (value) => !isStandIn(value.replace(/^[^:]*:/, '')))]),
  holdFrom: holdLongRun,
};
