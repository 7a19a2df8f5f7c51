// `npm run eval:policy -- [DIRECTORY] [--code DIRECTORY] [--only WORDS]`: how good the policy engine is, as a table. It always measures on
// the texts of this repository (own_...); DIRECTORY (or FLASHBACK_POLICY_DATA) holds further sets. What lacks its data or a judge
// (JUDGE_BASE_URL, JUDGE_API_KEY, JUDGE_MODEL) is "not measured". The exit code is 1 when a row misses its target, 2 when there is
// nothing to do as asked.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { judgeAt } from './judges.ts';
import { ownSets } from './own/sets.ts';
import { ROWS } from './registry.ts';
import { setsIn, sourceFiles } from './sets.ts';
import { measureRows, summaryOf, tableOf } from './table.ts';

const FILES = 3000;
/** What the model of injections knows as harmless code. */
const TRAINED_ON = 'node_modules';
/** Asked when the environment names no model. */
const JUDGE = 'gpt-4.1-mini';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { code: { type: 'string', default: TRAINED_ON }, only: { type: 'string', default: '' } },
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

const { JUDGE_BASE_URL: base, JUDGE_API_KEY: judgeKey, JUDGE_MODEL: model = JUDGE } = process.env;
const rows = ROWS.filter(({ title }) => title.includes(values.only));
if (rows.length === 0) {
  console.error(`no row has "${values.only}" in its title: run without --only to see all titles`);
  process.exit(2);
}

const own = ownSets();
const given = directory === undefined ? (): undefined => undefined : setsIn(directory);
const outcomes = await measureRows(rows, {
  sets: (name) => given(name) ?? own(name),
  sources: sourceFiles(values.code, FILES),
  sourcesAreTrainedOn: resolve(values.code) === resolve(TRAINED_ON),
  judge: base === undefined || judgeKey === undefined ? undefined : judgeAt(base, judgeKey, model),
});
const { met, kept, missed, 'trained on': trainedOn, unmeasured } = summaryOf(outcomes);
console.log(tableOf(outcomes));
// The last line is read by .ci/run.
console.log(`\npolicies: ${met} met, ${kept} bounds kept, ${missed} missed, ${trainedOn} trained on, ${unmeasured} not measured`);
process.exitCode = missed > 0 ? 1 : 0;
