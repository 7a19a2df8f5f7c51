// Compiles the rule of an AIPolicy as it stands in its spec.
import { compileRule } from '../policy/compile/compile.ts';
import type { Compile } from './policy-plan.ts';

export const compilePolicy: Compile = ({ content, engine, countries, patterns }) =>
  compileRule({
    content,
    ...(engine === undefined ? {} : { engine }),
    ...(countries === undefined ? {} : { countries }),
    ...(patterns === undefined ? {} : { patterns }),
  });
