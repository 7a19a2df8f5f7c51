// Values that were made by a machine, where a word before them says that they are keys or tokens. Either alone is common: hashes, ids and
// minified code look random, and source code speaks of keys and tokens all the time.
import type { Detector, Span } from '../../types.ts';
import { matchesOf } from '../spans.ts';
import { traitsOf } from '../traits.ts';
import { holdLongRun } from './long-runs.ts';
import { isStandIn, looksRandom } from './randomness.ts';

/** Words and expressions that stand apart, as one expression. */
const anyOf = (words: string): string => `(?:${words.split(' ').join('|')})`;

const CANDIDATE = /(?<![\w+/.~%=-])[\w+/.~%=-]{16,1600}(?![\w+/.~%=-])/g;
/** Long enough for the name of a key, and what stands between it and the value. */
const BEFORE = 80;
const WORD = anyOf(
  'secret token api[_\\s-]?key apikey access[_\\s-]?key private[_\\s-]?key auth[_\\s-]?key service[_\\s-]?key ' +
  'licen[cs]e[_\\s-]?key encryption[_\\s-]?key signing[_\\s-]?key key access private credentials? client[_\\s-]?id pat',
);
const NAME = String.raw`(?:[\w.$-]{0,40}?)${WORD}(?:[\s_.-]{0,2}(?:${WORD}|id|is|value|hash|string|base64|live|test|prod|dev|\d{1,3})){0,4}`;
const GAP = String.raw`["'\x60\]})]{0,3}\s{0,24}(?:=>|:=|==|=|:|,|\(|\|\||\?\?|is|ist|\s|->)\s{0,24}["'\x60({[<]{0,3}`;
/** Services whose name is enough. */
const VENDOR = anyOf(
  'airtable algolia asana auth0 beamer bitly chartmogul clickup cloudinary cloudsmith contentful datadog digitalocean discord ' +
  'facebook fastly figma fullstory heroku honeycomb hubspot intercom linkedin mailchimp mailgun mailjet mandrill mapbox ' +
  'mattermost messagebird mixpanel newrelic notion okta opsgenie pagerduty paypal pingdom postmark pusher rollbar segment ' +
  'sendgrid sentry shopify smartsheets? spotify stripe telnyx trello twilio twitter vercel yandex zendesk',
);
const INTRODUCED = new RegExp(String.raw`(?<![A-Za-z])(?:${NAME}|${VENDOR}[\w.-]{0,24})${GAP}$`, 'i');
/** The name and the value in one: `acmeTOKEN-4f2a`, `ACME_KEY=4f2a`. */
const JOINED = new RegExp(String.raw`^(?:[\w.-]{0,40}?)${WORD}(?:[_.-]?${WORD}){0,3}[=_.~-]{1,2}(?=\w{4})`, 'i');
/** Part of each WORD and VENDOR: most random values have none near them, and need no closer look. */
const HINT = new RegExp(String.raw`secret|token|key|access|private|credential|client|pat|${VENDOR}`, 'i');
/** Keys that are no secret, or no keys. */
const HARMLESS = new RegExp(
  anyOf(
    'public primary foreign cache sort partition unique index storage idempotenc keyboard keycode keyword keyframe monkey hotkey ' +
    'query i18n translation integrity checksum sha\\d md5 digest fingerprint commit revision etag thumbprint csrf xsrf cancel ' +
    'syntax lexer resolved site[_-]?key pagetoken page[_-]token accessor object[_\\s]?key map[_\\s]?key dict',
  ),
  'i',
);

/** Where the value begins in a run that holds its name, too. */
function valueOf(run: string): { name: string; value: string } {
  const name = JOINED.exec(run)?.[0] ?? '';
  return { name, value: run.slice(name.length) };
}

/** Where the form is documented, what differs from it is no key. */
const DOCUMENTED: readonly { name: RegExp; value: RegExp }[] = [
  { name: /aws.{0,4}secret/i, value: /^[\w+/]{40}$/ },
  { name: /okta/i, value: /^(?!00).|^00[\w-]{39}[A-Za-z0-9]$/ },
  { name: /licen[cs]e/i, value: /^(?!.*NRAL$)|^(?:eu01xx)?[0-9a-f]{30,36}NRAL$/ },
];
const isAsDocumented = (introduced: string, key: string): boolean =>
  DOCUMENTED.every(({ name, value }) => !name.test(introduced) || value.test(key));

const isKey = (value: string): boolean =>
  value.length >= 16 &&
  !isStandIn(value) &&
  !/^\d+\.\d+|\/\/|^\/|\.(?:js|ts|json|html?|css|png|com|org|net|io)$/i.test(value) &&
  looksRandom(value);

function* candidatesIn(text: string): Generator<{ run: string; index: number }> {
  for (const { start, end } of traitsOf(text).runs) {
    for (const { 0: run, index } of matchesOf(text.slice(start, end), CANDIDATE)) yield { run, index: start + index };
  }
}

export const entropy: Detector = {
  id: 'secret.entropy',
  title: 'random values that are called key, secret or token',
  maxSpan: 1600,
  mayMatch: (text) => traitsOf(text).runs.length > 0,
  scan(text) {
    const spans: Span[] = [];
    for (const { run, index } of candidatesIn(text)) {
      if (!/\d/.test(run) || !HINT.test(text.slice(Math.max(0, index - BEFORE), index + run.length))) continue;
      const { name, value } = valueOf(run);
      if (!isKey(value)) continue;
      const end = index + run.length;
      if (text[end] === '(') continue;
      const before = text.slice(Math.max(0, index - BEFORE), index) + name;
      const introduced = name === '' ? INTRODUCED.exec(before)?.[0] : before;
      if (introduced === undefined || HARMLESS.test(introduced) || !isAsDocumented(introduced, value)) continue;
      spans.push({ start: end - value.length, end });
    }
    return spans;
  },
  holdFrom: holdLongRun,
};
