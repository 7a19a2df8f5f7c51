// `npm run eval:policy -- [DIRECTORY] [--code DIRECTORY] [--only WORDS]`: how good the policy engine is, as a table. DIRECTORY (or POLICY_DATA)
// holds the sets; without it, those of this repository are used. What lacks its data or a judge (JUDGE_BASE_URL, JUDGE_API_KEY, JUDGE_MODEL)
// is "not measured". The exit code is 1 when a measured row misses its target.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Judge } from '../../src/policy/types.ts';
import { judgeOver } from './judges.ts';
import { ROWS } from './registry.ts';
import { setsIn, sourceFiles } from './sets.ts';
import { isMissed, measureRows, tableOf } from './table.ts';

const OWN = fileURLToPath(new URL('../../test/fixtures/policy', import.meta.url));
const FILES = 600;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { code: { type: 'string', default: 'node_modules' }, only: { type: 'string', default: '' } },
});
const directory = positionals[0] ?? process.env['POLICY_DATA'] ?? OWN;
if (!existsSync(directory)) {
  console.error(`${directory} does not exist: name a directory with NAME.jsonl or NAME.jsonl.gz, or none for the sets of this repository`);
  process.exit(2);
}

/** The judge that the environment names. */
function judgeOf({ JUDGE_BASE_URL: base, JUDGE_API_KEY: key, JUDGE_MODEL: model }: NodeJS.ProcessEnv): Judge | undefined {
  if (base === undefined || key === undefined || model === undefined) return undefined;
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

const outcomes = await measureRows(
  ROWS.filter(({ title }) => title.includes(values.only)),
  {
    sets: setsIn(directory),
    sources: existsSync(values.code) ? sourceFiles(values.code, FILES) : [],
    judge: judgeOf(process.env),
  },
);
console.log(tableOf(outcomes));
const missed = outcomes.filter(isMissed);
const unmeasured = outcomes.filter(({ figures }) => figures === undefined);
console.log(`\n${outcomes.length - missed.length - unmeasured.length} met, ${missed.length} missed, ${unmeasured.length} not measured`);
console.log('Halves of public sets that the model of injections was trained on say nothing about it: docs/injection-model.md has honest figures.');
process.exitCode = missed.length > 0 ? 1 : 0;
