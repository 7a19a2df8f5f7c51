// Which detectors a rule asks for, and which of them find also what it takes out.
import { PII_DETECTORS } from './lexicon/pii.ts';
import { SECRET_DETECTORS } from './lexicon/secrets.ts';
import type { Concept } from './lexicon/types.ts';
import { ADVISORY } from './plan-words.ts';
import type { Understanding } from './understand.ts';

/** All kinds of credentials in one detector. */
const ANY_SECRET = 'secret';
const ORDER: readonly string[] = [...PII_DETECTORS, ANY_SECRET, ...SECRET_DETECTORS, 'hostname', 'profanity', 'injection', 'system-prompt'];
/** Whoever lists so many kinds of credentials means all. */
const KINDS_OF_SECRETS = 3;

export interface Selection {
  /** In the order of plans. */
  ids: string[];
  /** Those among them that find also what the rule takes out; `all` with names and examples of the rule. */
  unsure: ReadonlySet<string> | 'all';
  /** What the rule takes out of what they find, as it is written. */
  exceptions: string[];
  /** What the rule names, and no detector can tell with certainty, in words. */
  uncertain: string[];
}

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];

/** Without what is allowed of it: all kinds but these, or a narrower kind. */
function remaining({ id, detectors, family }: Concept, allowed: readonly Concept[]): readonly string[] {
  const narrower = allowed.filter((one) => family === true || (one.id !== id && one.detectors.length < detectors.length));
  const permitted = new Set(narrower.flatMap((one) => one.detectors));
  return detectors.filter((detector) => !permitted.has(detector));
}

function idsOf({ forbidden, allowed }: Understanding, countries: readonly string[] | undefined): Set<string> {
  const isSecret = ({ detectors, family }: Concept): boolean => family !== true && detectors.some((id) => id.startsWith('secret.'));
  const kindsOfSecrets = unique(forbidden.concepts.filter(isSecret).map(({ id }) => id)).length;
  const ids = new Set(forbidden.concepts.flatMap((concept) => remaining(concept, allowed.concepts)));
  const permitted = new Set(allowed.concepts.flatMap(({ detectors }) => detectors));
  if (kindsOfSecrets >= KINDS_OF_SECRETS) for (const id of SECRET_DETECTORS) if (!permitted.has(id)) ids.add(id);
  // Elsewhere than in the US a social security number is a national one.
  if (ids.has('pii.ssn') && countries?.some((country) => country !== 'US') === true) ids.add('pii.national-id');
  return ids;
}

export function selectDetectors(understood: Understanding, countries: readonly string[] | undefined): Selection {
  const { forbidden } = understood;
  const ids = idsOf(understood, countries);
  const isAny = ids.size + forbidden.keywords.length + forbidden.formats.length > 0;
  const relevant = understood.exceptions.filter(({ detectors }) => detectors?.some((id) => ids.has(id)) ?? isAny);
  const unknown = [...relevant, ...understood.unclear];
  const isAboutAll = unknown.some(({ detectors }) => detectors === undefined);
  const unsure = isAboutAll ? 'all' : new Set(unknown.flatMap(({ detectors = [] }) => detectors));
  // One for all kinds finds in one go, but then all kinds are equally sure.
  if (SECRET_DETECTORS.every((id) => ids.has(id) && (unsure === 'all' || !unsure.has(id)))) {
    for (const id of SECRET_DETECTORS) ids.delete(id);
    ids.add(ANY_SECRET);
  }
  const isUncertain = ({ detectors }: Concept): boolean => detectors.length > 0 && detectors.every((id) => ADVISORY.has(id));
  const named = forbidden.concepts.filter((concept) => concept.family !== true && isUncertain(concept));
  return {
    ids: ORDER.filter((id) => ids.has(id)),
    unsure,
    exceptions: unique(relevant.map(({ text }) => text)),
    uncertain: unique(named.map(({ title }) => title)),
  };
}
