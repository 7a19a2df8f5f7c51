// `npm run eval:policy -- [DIRECTORY] [--code DIRECTORY] [--only WORDS]`: how good the policy engine is, as a table. It always measures on
// the texts of this repository (own_...); DIRECTORY (or FLASHBACK_POLICY_DATA) holds further sets. What lacks its data or a judge
// (JUDGE_BASE_URL, JUDGE_API_KEY, JUDGE_MODEL) is "not measured". The exit code is 1 when a row misses its target.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Judge } from '../../src/policy/types.ts';
import { judgeOver } from './judges.ts';
import { ownSets } from './own/sets.ts';
import { ROWS } from './registry.ts';
import { setsIn, sourceFiles } from './sets.ts';
import { measureRows, summaryOf, tableOf } from './table.ts';

const FILES = 3000;
/** Asked when the environment names no model. */
const JUDGE = 'gpt-4.1-mini';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { code: { type: 'string', default: 'node_modules' }, only: { type: 'string', default: '' } },
});
const directory = positionals[0] ?? process.env['FLASHBACK_POLICY_DATA'];
for (const [what, where] of [
  ['sets', directory],
  ['source files', values.code],
] as const) {
  if (where === undefined || existsSync(where)) continue;
  console.error(`${where} does not exist: name a directory with ${what}`);
  process.exit(2);
}

/** The judge that the environment names. */
function judgeOf({ JUDGE_BASE_URL: base, JUDGE_API_KEY: key, JUDGE_MODEL: model = JUDGE }: NodeJS.ProcessEnv): Judge | undefined {
  if (base === undefined || key === undefined) return undefined;
  return judgeOver(model, async (body, signal) => {
    const response = await fetch(`${base.replace(/\/+$/, '')}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify({ ...body, model }),
      signal,
    });
    return { status: response.status, body: await response.text() };
  });
}

const own = ownSets();
const given = directory === undefined ? (): undefined => undefined : setsIn(directory);
const outcomes = await measureRows(
  ROWS.filter(({ title }) => title.includes(values.only)),
  { sets: (name) => given(name) ?? own(name), sources: sourceFiles(values.code, FILES), judge: judgeOf(process.env) },
);
const { met, missed, unmeasured } = summaryOf(outcomes);
console.log(tableOf(outcomes));
console.log(
  '\nHalves of public sets that the model of injections was trained on say nothing about it: docs/injection-model.md has honest figures.',
);
// The last line is read by .ci/run.
console.log(`policies: ${met} met, ${missed} missed, ${unmeasured} not measured`);
process.exitCode = missed > 0 ? 1 : 0;
