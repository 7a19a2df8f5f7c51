// A rule in natural language becomes a plan: what detectors look for, and whether a judge has to see the rest. Pure.
import type { DetectorUse } from '../../snapshot/snapshot.ts';
import { pattern as compilePattern } from '../detectors/pattern.ts';
import { PII_DETECTORS } from './lexicon/pii.ts';
import { SECRET_DETECTORS } from './lexicon/secrets.ts';
import type { Concept } from './lexicon/types.ts';
import { capitalise, detectorWords, enumerate, shorten } from './plan-words.ts';
import { understand, type Understanding } from './understand.ts';

export type PolicyEngine = 'Auto' | 'Detectors' | 'Judge' | 'Both';

export interface Rule {
  content: string;
  /** Auto when absent. */
  engine?: PolicyEngine;
  /** ISO 3166-1 alpha-2; all when absent. */
  countries?: readonly string[];
  /** Expressions of the author's own, in RE2 syntax. */
  patterns?: readonly { name: string; pattern: string }[];
  /** Whether somebody is there to judge. Undefined: not known here. */
  hasJudge?: boolean;
}

export interface PlanProblem {
  /**
   * `pattern`: an expression that cannot be used; `residue`: part of the rule is not enforced, for want of a judge that is allowed;
   * `judge_missing`: it needs a judge and there is none; `exception`: detectors find what the rule excepts; `contradiction`.
   */
  kind: 'pattern' | 'residue' | 'judge_missing' | 'exception' | 'contradiction';
  /** For a person: what it is and what to do about it. */
  message: string;
}

export interface Plan {
  detectors: DetectorUse[];
  needsJudge: boolean;
  /** For status.plan: at most 32 sentences of at most 512 characters. */
  words: string[];
  problems: PlanProblem[];
  /** What is left for the judge, in words; empty when detectors cover the rule. */
  rest: string[];
  /** What the rule allows, in words. */
  allowed: string[];
}

/** All kinds of credentials in one detector. */
const ANY_SECRET = 'secret';
const ORDER: readonly string[] = [...PII_DETECTORS, ANY_SECRET, ...SECRET_DETECTORS, 'hostname', 'profanity', 'injection', 'system-prompt'];
/** Whoever lists so many kinds of credentials means all. */
const KINDS_OF_SECRETS = 3;
const MAX_SENTENCES = 32;
const MAX_REST = 12;

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];

/** Ids of the detectors for what a rule forbids, without what it allows. */
function detectorIds({ forbidden, allowed }: Understanding, countries: readonly string[] | undefined): string[] {
  const permitted = new Set(allowed.concepts.flatMap(({ detectors }) => detectors));
  const isSecret = ({ detectors, family }: Concept): boolean => family !== true && detectors.some((id) => id.startsWith('secret.'));
  const kindsOfSecrets = unique(forbidden.concepts.filter(isSecret).map(({ id }) => id)).length;
  const ids = forbidden.concepts.flatMap(({ detectors, family }) =>
    family === true ? detectors.filter((id) => !permitted.has(id)) : detectors,
  );
  if (kindsOfSecrets >= KINDS_OF_SECRETS) ids.push(...SECRET_DETECTORS.filter((id) => !permitted.has(id)));
  // Elsewhere than in the US a social security number is a national one.
  if (ids.includes('pii.ssn') && countries?.some((country) => country !== 'US') === true) ids.push('pii.national-id');
  if (SECRET_DETECTORS.every((id) => ids.includes(id))) ids.push(ANY_SECRET);
  return ORDER.filter((id) => ids.includes(id) && !(ids.includes(ANY_SECRET) && id.startsWith('secret.')));
}

const BY_COUNTRY: ReadonlySet<string> = new Set(['pii.phone', 'pii.national-id']);

function patternProblem(name: string, source: string): PlanProblem | undefined {
  try {
    compilePattern(source);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'pattern', message: `spec.patterns "${name}": ${reason}` };
  }
}

/** What is left when detectors have found what they can, in words. */
function restOf({ forbidden, residue }: Understanding): string[] {
  const topics = forbidden.concepts.filter(({ detectors }) => detectors.length === 0).map(({ title }) => title);
  const partial = forbidden.concepts.filter(({ partial: isPartial }) => isPartial === true).map(({ title }) => `more than ${title}`);
  return unique([...topics, ...partial, ...residue.map((word) => `"${word}"`)]);
}

function contradictions({ forbidden, allowed }: Understanding): PlanProblem[] {
  const both = forbidden.concepts.filter(
    ({ id, family, detectors }) => family !== true && detectors.length > 0 && allowed.concepts.some((concept) => concept.id === id),
  );
  return unique(both.map(({ title }) => title)).map((title) => ({
    kind: 'contradiction',
    message: `The rule both forbids and allows ${title}; they are looked for. Say when which holds, or leave one out.`,
  }));
}

/** The plan for a rule. The order of its words, their case and punctuation do not matter to it. */
export function compileRule({ content, engine = 'Auto', countries, patterns = [], hasJudge }: Rule): Plan {
  const understood = understand(content);
  const problems = patterns.flatMap(({ name, pattern }) => patternProblem(name, pattern) ?? []);
  const ids = detectorIds(understood, countries);
  const keywords = unique(understood.forbidden.keywords).toSorted();
  const usable = patterns.filter(({ name, pattern }) => patternProblem(name, pattern) === undefined).map(({ pattern }) => pattern);
  const sources = unique([...understood.forbidden.formats.map(({ pattern }) => pattern).toSorted(), ...usable]);
  const rest = restOf(understood);
  const found: DetectorUse[] = [
    ...ids.map((id) => ({ id, ...(countries !== undefined && BY_COUNTRY.has(id) ? { countries: [...countries] } : {}) })),
    ...(keywords.length === 0 ? [] : [{ id: 'keyword', keywords }]),
    ...sources.map((source) => ({ id: 'pattern', pattern: source })),
  ];
  const isCovered = rest.length === 0 && found.length > 0;
  const detectors = engine === 'Judge' ? [] : found;
  const needsJudge = engine === 'Judge' || engine === 'Both' || (engine === 'Auto' && !isCovered);
  const said = shorten(enumerate(rest.slice(0, MAX_REST)), 300) || 'its words name nothing that detectors know';

  if (engine === 'Detectors' && !isCovered) {
    problems.push({
      kind: 'residue',
      message: `Detectors cannot tell a part of the rule, so it is not enforced: ${said}. Set engine to Auto to have a judge decide it.`,
    });
  }
  if (needsJudge && hasJudge === false) {
    problems.push({
      kind: 'judge_missing',
      message: 'The rule needs a judge and there is none; set spec.judge, or give the operator a judge for all policies.',
    });
  }
  if (detectors.length > 0) {
    for (const exception of unique(understood.exceptions)) {
      const quoted = `("${shorten(exception, 120)}")`;
      const message = `Detectors do not know what the rule takes out ${quoted} and find it as well; set engine to Judge if they must not.`;
      problems.push({ kind: 'exception', message });
    }
  }
  problems.push(...contradictions(understood));

  // What is fine about a topic is for the judge to tell from what is not.
  const isTold = ({ id, detectors: own }: Concept): boolean =>
    own.length > 0 || !understood.forbidden.concepts.some((concept) => concept.id === id);
  const permitted = unique(understood.allowed.concepts.filter(isTold).map(({ title }) => title)).toSorted();
  const allowed = [
    ...permitted,
    ...unique(understood.allowed.keywords)
      .toSorted()
      .map((word) => `"${word}"`),
    ...unique(understood.allowed.formats.map(({ sample }) => `${sample} and its like`)),
  ];
  const judgeWords = {
    Auto: `A judge decides ${found.length > 0 ? 'the rest of the rule' : 'by the rule'}: ${said}.`,
    Judge: 'A judge decides by the whole rule.',
    Both: 'A judge decides by the whole rule what detectors have not found.',
    Detectors: '',
  }[engine];
  const words = [
    ...(engine === 'Judge' ? [] : detectorWords(ids, keywords, sources)),
    ...(needsJudge ? [judgeWords] : []),
    ...allowed.map((one) => `${capitalise(one)} ${one.endsWith('s') ? 'are' : 'is'} allowed by the rule.`),
    ...problems.map(({ message }) => message),
  ];
  return { detectors, needsJudge, words: words.slice(0, MAX_SENTENCES).map((sentence) => shorten(sentence)), problems, rest, allowed };
}
