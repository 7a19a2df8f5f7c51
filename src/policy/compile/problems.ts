// What is wrong with a rule as it is written, or not enforced as its author may think. In sentences for people.
import { pattern as compilePattern } from '../detectors/pattern.ts';
import { shorten } from './plan-words.ts';
import type { Understanding } from './understand.ts';

export interface PlanProblem {
  /**
   * `pattern`: an expression that cannot be used; `country`: one that detectors do not know; `residue`: part of the rule is not enforced,
   * for want of a judge that is allowed; `judge_missing`: it needs a judge and there is none; `exception`: detectors find what the rule
   * excepts; `contradiction`.
   */
  kind: 'pattern' | 'country' | 'residue' | 'judge_missing' | 'exception' | 'contradiction';
  /** For a person: what it is and what to do about it. */
  message: string;
}

const MAX_QUOTE = 120;

export function patternProblem({ name, pattern }: { name: string; pattern: string }): PlanProblem | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'pattern', message: `spec.patterns "${name}": ${reason}` };
  }
}

/** `isJudged`: somebody decides what detectors cannot. */
export function exceptionProblems(exceptions: readonly string[], isJudged: boolean): PlanProblem[] {
  return exceptions.map((exception) => {
    const quoted = `("${shorten(exception, MAX_QUOTE)}")`;
    const found = `Detectors do not know what the rule takes out ${quoted} and find it as well`;
    const message = isJudged
      ? `${found}; a judge has to confirm what they find.`
      : `${found}; set engine to Auto to have a judge confirm what they find.`;
    return { kind: 'exception', message };
  });
}

export function contradictions({ forbidden, allowed }: Understanding): PlanProblem[] {
  const both = forbidden.concepts.filter(
    ({ id, family, detectors }) => family !== true && detectors.length > 0 && allowed.concepts.some((concept) => concept.id === id),
  );
  return [...new Set(both.map(({ title }) => title))].map((title) => ({
    kind: 'contradiction',
    message: `The rule both forbids and allows ${title}; they are looked for. Say when which holds, or leave one out.`,
  }));
}
