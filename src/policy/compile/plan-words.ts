// The plan of a rule in sentences for people, as status.plan shows it.
import { OTHERS } from './lexicon/others.ts';
import { PII } from './lexicon/pii.ts';
import { SECRETS } from './lexicon/secrets.ts';
import type { Concept } from './lexicon/types.ts';
import type { Understanding } from './understand.ts';

/** Of a sentence in status.plan. */
const MAX_LENGTH = 512;

/** Detectors that are often wrong, so that they never block alone. */
export const ADVISORY: ReadonlySet<string> = new Set(['pii.person', 'pii.address']);

const OTHER_TITLES = {
  secret: 'secrets of any kind (keys, tokens, passwords, connection strings)',
  'secret.vendor-key': 'API keys of known vendors',
  'secret.entropy': 'random strings where a key stands',
  'pii.national-id': 'national identity and tax numbers',
} as const;

/** Of the concepts that one detector finds. */
const TITLES: ReadonlyMap<string, string> = new Map([
  ...[...PII, ...SECRETS, ...OTHERS]
    .filter(({ detectors, partial }) => detectors.length === 1 && partial !== true)
    .map(({ detectors, title }) => [detectors[0]!, title] as const),
  ...Object.entries(OTHER_TITLES),
]);

export const titleOf = (id: string): string => TITLES.get(id) ?? id;

/** `a`, `a and b`, `a, b and c`. */
export function enumerate(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? '') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

export const capitalise = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

export const shorten = (text: string, length: number = MAX_LENGTH): string =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

/** Sentences about what detectors look for. */
export function detectorWords(ids: readonly string[], keywords: readonly string[], patterns: readonly string[]): string[] {
  const words: string[] = [];
  const groups = [
    ids.filter((id) => id.startsWith('pii.')),
    ids.filter((id) => !id.startsWith('pii.') && id !== 'keyword' && id !== 'pattern'),
  ];
  const isShort = ids.length < 6;
  for (const group of isShort ? [groups.flat()] : groups)
    if (group.length > 0) words.push(`Detectors look for ${enumerate(group.map(titleOf))}.`);
  if (keywords.length > 0)
    words.push(`Detectors look for ${keywords.length === 1 ? 'the word' : 'the words'} ${enumerate(keywords.map((word) => `"${word}"`))}.`);
  if (patterns.length > 0)
    words.push(`Detectors look for ${patterns.length === 1 ? 'the pattern' : 'the patterns'} ${enumerate(patterns)}.`);
  return words.map((sentence) => shorten(sentence));
}

/** About those of the detectors that are often wrong. `outcome`: what becomes of what they find. */
export function advisoryWords(ids: readonly string[], outcome: 'Log' | 'Alert' | 'Block' | 'judged' | undefined): string[] {
  if (ids.length === 0) return [];
  const known = `${capitalise(enumerate(ids.map(titleOf)))} cannot be told with certainty`;
  if (outcome === 'judged') return [`${known}: a judge decides.`];
  if (outcome === 'Alert' || outcome === 'Log') return [`${known}: some are missed, and some of what is found is something else.`];
  const alone = `${known}: finding them alerts, and never blocks alone`;
  return [outcome === 'Block' ? `${alone}; set engine to Both to have a judge decide.` : `${alone}.`];
}

/** What a rule allows, in words. */
export function allowedOf({ forbidden, allowed }: Understanding): string[] {
  // What is fine about a topic is for the judge to tell from what is not.
  const isTold = ({ id, detectors }: Concept): boolean => detectors.length > 0 || !forbidden.concepts.some((concept) => concept.id === id);
  const all = [
    ...allowed.concepts
      .filter(isTold)
      .map(({ title }) => title)
      .toSorted(),
    ...allowed.keywords.toSorted().map((word) => `"${word}"`),
    ...allowed.formats.map(({ sample }) => `${sample} and its like`),
  ];
  return [...new Set(all)];
}
