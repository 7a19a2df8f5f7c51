// A rule in natural language becomes a plan: what detectors look for, and whether a judge has to see the rest. Pure.
import type { DetectorUse } from '../../snapshot/snapshot.ts';
import { readCountries } from './countries.ts';
import { ADVISORY, advisoryWords, allowedOf, capitalise, detectorWords, enumerate, shorten, titleOf } from './plan-words.ts';
import { contradictions, exceptionProblems, patternProblem, type PlanProblem } from './problems.ts';
import { selectDetectors } from './selection.ts';
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
  /** What a violation leads to. Undefined: not known here. */
  action?: 'Log' | 'Alert' | 'Block';
  /** Whether somebody is there to judge. Undefined: not known here. */
  hasJudge?: boolean;
}

export interface Plan {
  detectors: DetectorUse[];
  needsJudge: boolean;
  /** The judge has to see only what detectors have found something in: the rest of the rule is theirs alone. */
  judgeConfirms: boolean;
  /** What the policy is to block and only alerts, in words: findings that are often wrong, with no judge to confirm them. */
  onlyAlerts: string[];
  /** For status.plan: at most 32 sentences of at most 512 characters. */
  words: string[];
  problems: PlanProblem[];
  /** What is left for the judge, in words; empty when detectors cover the rule. */
  rest: string[];
  /** What the rule allows, in words. */
  allowed: string[];
}

const MAX_SENTENCES = 32;
const MAX_REST = 12;
const MAX_QUOTE = 120;
const BY_COUNTRY: ReadonlySet<string> = new Set(['pii.phone', 'pii.national-id']);

const unique = <T>(items: readonly T[]): T[] => [...new Set(items)];

/** What is left when detectors have found what they can, in words. */
function restOf({ forbidden, residue, unclear }: Understanding): string[] {
  const sentences = unclear.map(({ text }) => `what "${shorten(text, MAX_QUOTE)}" forbids, which is not understood`);
  const topics = forbidden.concepts.filter(({ detectors }) => detectors.length === 0).map(({ title }) => title);
  const partial = forbidden.concepts.filter(({ partial: isPartial }) => isPartial === true).map(({ title }) => `more than ${title}`);
  return unique([...sentences, ...topics, ...partial, ...residue.map((word) => `"${word}"`)]);
}

/** The plan for a rule. The order of its words, their case and punctuation do not matter to it. */
export function compileRule({ content, engine = 'Auto', countries, patterns = [], action, hasJudge }: Rule): Plan {
  const understood = understand(content);
  const { codes, unknown } = readCountries(countries);
  const { ids, unsure, exceptions, uncertain } = selectDetectors(understood, codes);
  const asksBeside = engine === 'Auto' || engine === 'Both';
  const keywords = unique(understood.forbidden.keywords).toSorted();
  const usable = patterns.filter((one) => patternProblem(one) === undefined).map(({ pattern }) => pattern);
  const formats = unique(understood.forbidden.formats.map(({ pattern }) => pattern)).toSorted();
  const own = unique(usable);
  /** What the rule takes out is for the judge to tell. */
  const use = (one: DetectorUse, isUnsure: boolean): DetectorUse => (asksBeside && isUnsure ? { ...one, advisory: true } : one);
  const ofRule: DetectorUse[] = [
    ...ids.map((id) => {
      const where = codes !== undefined && BY_COUNTRY.has(id) ? { countries: codes } : {};
      return use({ id, ...where }, unsure === 'all' || unsure.has(id));
    }),
    ...(keywords.length === 0 ? [] : [use({ id: 'keyword', keywords }, unsure === 'all')]),
    ...formats.filter((source) => !own.includes(source)).map((source) => use({ id: 'pattern', pattern: source }, unsure === 'all')),
  ];
  // The author's own expressions count wherever they match, whoever decides the rest.
  const detectors = [...(engine === 'Judge' ? [] : ofRule), ...own.map((pattern): DetectorUse => ({ id: 'pattern', pattern }))];

  const rest = restOf(understood);
  const isCovered = rest.length === 0 && ofRule.length + own.length > 0;
  const isUncertain = action === 'Block' && uncertain.length > 0;
  const needsJudge = engine === 'Judge' || engine === 'Both' || (engine === 'Auto' && (!isCovered || exceptions.length > 0 || isUncertain));
  const judgeConfirms = needsJudge && engine === 'Auto' && isCovered && !isUncertain;
  const advisory = engine === 'Judge' ? [] : ids.filter((id) => ADVISORY.has(id));
  const onlyAlerts = action === 'Block' && !needsJudge ? advisory.map(titleOf) : [];
  const said = shorten(enumerate(rest.slice(0, MAX_REST)), 300) || 'its words name nothing that detectors know';

  const problems = [
    ...patterns.flatMap((one) => patternProblem(one) ?? []),
    ...unknown(ids).map((message): PlanProblem => ({ kind: 'country', message })),
  ];
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
  if (engine !== 'Judge') problems.push(...exceptionProblems(exceptions, asksBeside));
  problems.push(...contradictions(understood));

  const allowed = allowedOf(understood);
  const isLeft = engine === 'Auto' && isCovered;
  const judgeWords = {
    Auto: `A judge decides ${detectors.length > 0 ? 'the rest of the rule' : 'by the rule'}: ${said}.`,
    Judge: 'A judge decides by the whole rule.',
    Both: 'A judge decides by the whole rule what detectors have not found.',
    Detectors: '',
  }[engine];
  const words = [
    ...detectorWords(engine === 'Judge' ? [] : ids, engine === 'Judge' ? [] : keywords, detectors.flatMap(({ pattern }) => pattern ?? [])),
    ...advisoryWords(advisory, needsJudge ? 'judged' : action),
    ...(needsJudge && !isLeft ? [judgeWords] : []),
    ...allowed.map((one) => `${capitalise(one)} ${one.endsWith('s') ? 'are' : 'is'} allowed by the rule.`),
    ...problems.map(({ message }) => message),
  ];
  const sentences = words.slice(0, MAX_SENTENCES).map((sentence) => shorten(sentence));
  return { detectors, needsJudge, judgeConfirms, onlyAlerts, words: sentences, problems, rest, allowed };
}
