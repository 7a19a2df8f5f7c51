// Compiles the rule of an AIPolicy as it stands in its spec.
import type { AIPolicy } from '../api/resources.ts';
import { compileRule, type Rule } from '../policy/compile/compile.ts';
import type { Compile } from './policy-plan.ts';

/** All of a spec that the plan depends on. */
export const ruleOf = ({ content, action, engine, countries, patterns }: AIPolicy['spec']): Rule => ({
  content,
  action,
  ...(engine === undefined ? {} : { engine }),
  ...(countries === undefined ? {} : { countries }),
  ...(patterns === undefined ? {} : { patterns }),
});

export const compilePolicy: Compile = (spec) => compileRule(ruleOf(spec));
