// Advice on the text of a rule: how clear it is, what is wrong with it, and a better one. Pure, and plain data.
import { compileRule, type Rule } from '../compile/compile.ts';
import { understand } from '../compile/understand.ts';
import { findIssues, type Issue } from './checks.ts';
import { propose } from './proposal.ts';

export type { Issue } from './checks.ts';

export interface Advice {
  /** 0 (nobody can tell what it means) to 100 (nothing to improve). */
  score: number;
  /** Of the gravest issue. */
  severity: 'none' | 'low' | 'medium' | 'high';
  issues: Issue[];
  /** What to do, in a sentence or two. */
  advice: string;
  /** A better text; the rule itself where nothing better is known. */
  proposal: string;
  /** How the rule is enforced as it stands, in words. */
  plan: string[];
}

const COST = { low: 8, medium: 18, high: 35 };

function adviceOf(issues: readonly Issue[], isProposed: boolean): string {
  if (issues.length === 0) return 'The rule is clear. Add tests to it: texts that violate it, and texts that only look like it.';
  const [gravest] = issues;
  const more = issues.length > 1 ? ` ${issues.length - 1} more to look at.` : '';
  return `${gravest!.suggestion}${more}${isProposed ? ' See the proposal.' : ''}`;
}

/** Scores a rule and proposes a better text. `more`: what else its policy says. */
export function advise(content: string, more: Omit<Rule, 'content'> = {}): Advice {
  const plan = compileRule({ ...more, content });
  const understood = understand(content);
  const issues = findIssues({ content, plan, understood });
  const cost = issues.reduce((sum, { severity }) => sum + COST[severity], 0);
  const better = issues.length === 0 ? undefined : propose(content, understood);
  return {
    score: Math.max(0, 100 - cost),
    severity: issues[0]?.severity ?? 'none',
    issues,
    advice: adviceOf(issues, better !== undefined),
    proposal: better ?? content.trim(),
    plan: plan.words,
  };
}
