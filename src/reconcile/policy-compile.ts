// Compiles the rule of an AIPolicy as it stands in its spec.
import { compileRule } from '../policy/compile/compile.ts';
import type { Compile } from './policy-plan.ts';

export const compilePolicy: Compile = ({ content, action, engine, countries, patterns }) =>
  compileRule({
    content,
    action,
    ...(engine === undefined ? {} : { engine }),
    ...(countries === undefined ? {} : { countries }),
    ...(patterns === undefined ? {} : { patterns }),
  });
