// Rows about the compiler of rules.
import { compileRule } from '../../src/policy/compile/compile.ts';
import type { Row } from './rows.ts';

/** Names of the set that have others here. */
const NAMES: Readonly<Record<string, string>> = {
  'pii.bank': 'pii.bank-account',
  'pii.dl': 'pii.driving-licence',
  'secret.*': 'secret',
  sysprompt: 'system-prompt',
};
const JUDGE = 'judge';

/** What the set expects, in the words of this project: detectors, keywords, `pattern`, and `judge` for a topic. */
function expectedOf(names: readonly string[]): Set<string> {
  return new Set(names.map((name) => (name.startsWith('topic.') ? JUDGE : name.startsWith('regex:') ? 'pattern' : (NAMES[name] ?? name))));
}

function plannedFor(rule: string): Set<string> {
  const { detectors, needsJudge } = compileRule({ content: rule, hasJudge: true });
  const ids = detectors.flatMap(({ id, keywords = [] }) => (id === 'keyword' ? keywords.map((word) => `keyword:${word}`) : [id]));
  return new Set([...ids, ...(needsJudge ? [JUDGE] : [])]);
}

/** A detector of all secrets covers each kind of them. */
const covers = (planned: ReadonlySet<string>, id: string): boolean =>
  planned.has(id) || (id.startsWith('secret.') && planned.has('secret'));

const compiled = (set: string): Row => ({
  title: `rules of ${set} compiled`,
  needs: set,
  measure({ sets }) {
    const examples = sets(set);
    if (examples === undefined) return undefined;
    const results = examples.map(({ text, detectors = [] }) => ({ expected: expectedOf(detectors), planned: plannedFor(text) }));
    const missing = results.filter(({ expected, planned }) => [...expected].some((id) => !covers(planned, id)));
    const exact = results.filter(({ expected, planned }) => {
      const detectors = [...planned].filter((id) => id !== JUDGE || expected.has(JUDGE));
      return detectors.length === expected.size && detectors.every((id) => expected.has(id));
    });
    return [
      { name: 'rules that miss a detector', value: missing.length, most: 0, unit: 'count' },
      { name: 'exact plans', value: exact.length / examples.length, least: 28 / 32 },
    ];
  },
});

export const RULES: readonly Row[] = [compiled('rule_compile_own'), compiled('own_rules')];
