// The sample policies pass their own tests: those that detectors decide by themselves, the others with a judge that answers as they expect.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { afterAll, describe, expect, it } from 'vitest';
import { advise } from '../src/policy/advise/advise.ts';
import type { PolicyTest } from '../src/policy/run-tests.ts';
import { compileRule } from '../src/policy/compile/compile.ts';
import { policyCommand } from '../src/policy-command.ts';
import { startFakeJudge, type FakeJudge } from './fake/judge.ts';

const ROOT = 'config/samples/policies';

interface Sample {
  file: string;
  content: string;
  tests: PolicyTest[];
}

const SAMPLES = readdirSync(ROOT)
  .filter((name) => !name.startsWith('00-'))
  .map((name): Sample => {
    const file = join(ROOT, name);
    const { spec } = load(readFileSync(file, 'utf8')) as { spec: { content: string; tests: PolicyTest[] } };
    return { file, content: spec.content, tests: spec.tests };
  });
const DETECTED = SAMPLES.filter(({ content }) => !compileRule({ content }).needsJudge);
const JUDGED = SAMPLES.filter((sample) => !DETECTED.includes(sample));

const judges: FakeJudge[] = [];
afterAll(async () => {
  await Promise.all(judges.map((judge) => judge.close()));
});

async function run(file: string, env: Record<string, string> = {}) {
  let out = '';
  const code = await policyCommand(['test', '-f', file], env, { out: (text) => (out += text), err: (text) => (out += text) });
  return { code, out };
}

it('there are samples of both kinds', () => {
  expect(DETECTED.length).toBeGreaterThanOrEqual(6);
  expect(JUDGED.length).toBeGreaterThanOrEqual(5);
});

describe.each(SAMPLES)('$file', ({ content, tests }) => {
  it('is tested with texts that violate it and texts that only look like it, one of them German', () => {
    expect(new Set(tests.map((test) => test.expect))).toEqual(new Set(['Violate', 'Allow']));
    expect(tests.length).toBeGreaterThanOrEqual(4);
    expect(
      tests.some(({ input, output }) =>
        /\b(?:der|die|das|ich|ist|nicht|bitte|wie|dein\w*|deutsch\w*|passwort)\b/i.test(`${input} ${output}`),
      ),
    ).toBe(true);
  });

  it('has a rule that advice finds nothing grave in', () => {
    expect(advise(content)).toMatchObject({ severity: expect.stringMatching(/^(?:none|low|medium)$/) });
  });

  it('holds nothing that scanners take for a live credential', () => {
    const said = JSON.stringify(tests);
    expect(said).not.toMatch(/sk-|AKIA|gh[pousr]_|xox[abp]-|AIza|eyJ|-----BEGIN/);
  });
});

it.each(DETECTED)('$file passes without a judge', async ({ file }) => {
  const { code, out } = await run(file);
  expect(out).not.toContain('FAIL');
  expect(out).toContain('passed');
  expect(code).toBe(0);
});

it.each(JUDGED)('$file passes with a judge, and fails without one', async ({ file, tests }) => {
  const violating = tests.filter((test) => test.expect === 'Violate').map(({ input = '', output = '' }) => input + output);
  const judge = await startFakeJudge(violating.map((text) => text.slice(0, 60)));
  judges.push(judge);
  const { code, out } = await run(file, { JUDGE_BASE_URL: judge.url, JUDGE_MODEL: 'small' });
  expect(out).not.toContain('FAIL');
  expect(code).toBe(0);
  expect((await run(file)).code).toBe(1);
});
