import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { POLICY_HELP, policyCommand } from '../src/policy-command.ts';
import { SettingsError } from '../src/settings.ts';
import { startFakeJudge, type FakeJudge } from './fake/judge.ts';

const KEY = `judge-${'k'.repeat(24)}`;
let directory: string;
let judge: FakeJudge | undefined;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'policy-command-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));
afterEach(async () => {
  await judge?.close();
  judge = undefined;
});

interface Test {
  name: string;
  input: string;
  expect: 'Allow' | 'Violate';
}

const CARD: Test = { name: 'a card', input: 'Pay with 4111 1111 1111 1111.', expect: 'Violate' };
const ORDER: Test = { name: 'an order', input: 'My order is 4111 1111 1111 1112.', expect: 'Allow' };
const SUE: Test = { name: 'a threat', input: 'Can I sue my landlord?', expect: 'Violate' };

function aPolicy(content: string, tests: Test[], more: object = {}): object {
  const spec = {
    scope: 'Workspace',
    content,
    riskType: 'High',
    action: 'Block',
    tests: tests.map((test) => ({ phase: 'Request', ...test })),
    ...more,
  };
  return { apiVersion: 'ai.flashback.tech/v1alpha1', kind: 'AIPolicy', metadata: { name: 'rule', namespace: 'team-a' }, spec };
}

let files = 0;
function write(...objects: object[]): string {
  const path = join(directory, `manifests-${(files += 1)}.yaml`);
  writeFileSync(path, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  return path;
}

async function run(args: string[], env: Record<string, string> = {}) {
  let [out, err] = ['', ''];
  const code = await policyCommand(args, env, { out: (text) => (out += text), err: (text) => (err += text) });
  return { code, out, err };
}

describe('flashback policy test', () => {
  it('reports the plan in words and each test, and ends with 0 when all pass', async () => {
    const file = write(aPolicy('Never share payment card numbers.', [CARD, ORDER]));
    expect(await run(['test', '-f', file])).toEqual({
      code: 0,
      err: '',
      out: [
        `AIPolicy team-a/rule (${file})`,
        '  rule  Never share payment card numbers.',
        '  plan  Detectors look for payment card numbers.',
        '  ok    a card (pii.card at input[9..28])',
        '  ok    an order',
        '',
        '1 policy, 2 tests: 2 passed',
        '',
      ].join('\n'),
    });
  });

  it('ends with 1 when one fails, and says what was expected and what came out, but not the text', async () => {
    const { code, out } = await run(['test', '-f', write(aPolicy('Never share payment card numbers.', [{ ...CARD, expect: 'Allow' }]))]);
    expect(code).toBe(1);
    expect(out).toContain('FAIL  a card: expected it to be allowed, and a violation was found by pii.card (pii.card at input[9..28])');
    expect(out).not.toContain('4111');
  });

  it('counts a test that needs a judge as failed where there is none, unless told otherwise', async () => {
    const file = write(aPolicy('Never give legal advice.', [SUE]));
    const { code, out } = await run(['test', '-f', file]);
    expect(code).toBe(1);
    expect(out).toContain('skip  a threat: not run: needs a judge');
    expect(out).toContain('1 not run for want of a judge');
    expect((await run(['test', '-f', file, '--allow-missing-judge'])).code).toBe(0);
  });

  it('asks the judge of the environment, and never shows its key', async () => {
    judge = await startFakeJudge(['sue']);
    const file = write(aPolicy('Never give legal advice.', [SUE, ORDER]));
    const { code, out } = await run(['test', '-f', file], { JUDGE_BASE_URL: judge.url, JUDGE_MODEL: 'small', JUDGE_API_KEY: KEY });
    expect(out).toContain('ok    a threat (the judge at input[6..9])');
    expect(out).toContain('ok    an order (the judge allows it)');
    expect(code).toBe(0);
    expect(judge.credentials).toContain(`Bearer ${KEY}`);
    expect(out).not.toContain(KEY);
  });

  it('asks the judge that a policy names, by the connection and the Secret in the manifests', async () => {
    judge = await startFakeJudge(['sue']);
    const manifests = [
      aPolicy('Never give legal advice.', [SUE], { judge: { llmRef: { name: 'judge' }, model: 'small' } }),
      {
        apiVersion: 'ai.flashback.tech/v1alpha1',
        kind: 'AILLMConfig',
        metadata: { name: 'judge', namespace: 'team-a' },
        spec: { type: 'Other', endpoint: judge.url, endpointSecurity: 'AllowPlaintext', credentials: { secretRef: { name: 'judge-key' } } },
      },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'judge-key', namespace: 'team-a' }, stringData: { apiKey: '${THE_KEY}' } },
    ];
    const { code, out, err } = await run(['test', '-f', write(...manifests)], { THE_KEY: KEY });
    expect(err).toBe('');
    expect(out).toContain('judge team-a/judge small');
    expect(code).toBe(0);
    expect(judge.credentials).toContain(`Bearer ${KEY}`);
    expect(out).not.toContain(KEY);
  });

  it('asks nobody where the variable of a Secret is not set, says so, and runs the rest', async () => {
    const manifests = [
      aPolicy('Never share payment card numbers or legal advice.', [CARD, SUE], { judge: { llmRef: { name: 'judge' }, model: 'small' } }),
      {
        apiVersion: 'ai.flashback.tech/v1alpha1',
        kind: 'AILLMConfig',
        metadata: { name: 'judge', namespace: 'team-a' },
        spec: { type: 'OpenAI', credentials: { secretRef: { name: 'judge-key' } } },
      },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'judge-key', namespace: 'team-a' }, stringData: { apiKey: '${THE_KEY}' } },
    ];
    const { code, out, err } = await run(['test', '-f', write(...manifests)]);
    expect(err).toContain('the variable THE_KEY is not set');
    expect(out).toContain('ok    a card');
    expect(out).toContain('skip  a threat: not run: needs a judge');
    expect(code).toBe(1);
  });

  it('fails tests that a broken judge cannot decide, and says why', async () => {
    judge = await startFakeJudge(['sue'], 500);
    const { code, out } = await run(['test', '-f', write(aPolicy('Never give legal advice.', [SUE]))], {
      JUDGE_BASE_URL: judge.url,
      JUDGE_MODEL: 'small',
    });
    expect(code).toBe(1);
    expect(out).toContain('FAIL  a threat: expected a violation, but it could not be evaluated: judge_unreachable');
  });

  it.each([
    [{ JUDGE_MODEL: 'small' }, 'JUDGE_BASE_URL does not say where'],
    [{ JUDGE_BASE_URL: 'http://127.0.0.1/v1' }, 'JUDGE_MODEL names no model'],
    [{ JUDGE_BASE_URL: 'nowhere', JUDGE_MODEL: 'small' }, 'JUDGE_BASE_URL is no URL'],
  ])('refuses half a judge: %o', async (env, message) => {
    await expect(run(['test', '-f', write(aPolicy('Never give legal advice.', [SUE]))], env)).rejects.toThrow(message);
  });

  it('ends with 2 and the line of what is wrong in a manifest', async () => {
    const file = write(aPolicy('Never share payment card numbers.', [CARD], { action: 'Shout' }));
    const { code, err, out } = await run(['test', '-f', file]);
    expect(code).toBe(2);
    expect(err).toMatch(/manifests-\d+\.yaml:1: AIPolicy rule: spec\.action/);
    expect(out).toBe('');
  });

  it('ends with 2 where an expression cannot be used, and names it', async () => {
    const { code, out } = await run([
      'test',
      '-f',
      write(aPolicy('No badge numbers.', [CARD], { patterns: [{ name: 'badge', pattern: '(?<=x)y' }] })),
    ]);
    expect(code).toBe(2);
    expect(out).toContain('error spec.patterns[name=badge].pattern');
  });

  it('ends with 2 where there is no policy', async () => {
    const file = write({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: {} });
    expect(await run(['test', '-f', file])).toMatchObject({ code: 2, err: `flashback: there is no AIPolicy in ${file}.\n` });
  });

  it('ends with 1 where there is no test at all, and says what to add', async () => {
    const { code, out, err } = await run(['test', '-f', write(aPolicy('Never share payment card numbers.', []))]);
    expect(code).toBe(1);
    expect(out).toContain('it has no tests');
    expect(err).toMatch(/^flashback: no policy has a test, .* to spec\.tests\.\n$/);
  });

  it('warns of a policy without tests beside others', async () => {
    const untested = aPolicy('Never share IBANs.', []) as { metadata: { name: string } };
    untested.metadata.name = 'ibans';
    const { code, err } = await run(['test', '-f', write(aPolicy('Never share payment card numbers.', [CARD]), untested)]);
    expect(code).toBe(0);
    expect(err).toBe('flashback: not tested, since spec.tests is empty: team-a/ibans.\n');
  });

  it('asks nothing of Secrets that no judge needs', async () => {
    const other = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', namespace: 'team-a' }, stringData: { apiKey: '${NOT_SET}' } };
    const file = write(aPolicy('Never share payment card numbers.', [CARD]), other);
    expect(await run(['test', '-f', file])).toMatchObject({ code: 0, err: '' });
  });

  it('asks a judge whose Secret has other keys with variables that are not set', async () => {
    judge = await startFakeJudge(['sue']);
    const stringData = { apiKey: KEY, other: '${NOT_SET}' };
    const manifests = [
      aPolicy('Never give legal advice.', [SUE], { judge: { llmRef: { name: 'judge' }, model: 'small' } }),
      {
        apiVersion: 'ai.flashback.tech/v1alpha1',
        kind: 'AILLMConfig',
        metadata: { name: 'judge', namespace: 'team-a' },
        spec: { type: 'Other', endpoint: judge.url, endpointSecurity: 'AllowPlaintext', credentials: { secretRef: { name: 'judge-key' } } },
      },
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'judge-key', namespace: 'team-a' }, stringData },
    ];
    const { code, err } = await run(['test', '-f', write(...manifests)]);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(judge.credentials).toContain(`Bearer ${KEY}`);
  });

  it('says in the plan which countries no detector knows', async () => {
    const { out } = await run(['test', '-f', write(aPolicy('No phone numbers.', [CARD], { countries: ['XX'] }))]);
    expect(out).toMatch(/plan {2}spec\.countries: .*XX/);
  });

  it('says that a policy that is to block only alerts about names', async () => {
    const { out } = await run(['test', '-f', write(aPolicy('No personal data.', [CARD]))]);
    expect(out).toContain('plan  Names of persons and postal addresses cannot be told with certainty: finding them alerts');
  });

  it('shows nothing that a terminal would obey', async () => {
    const { out } = await run(['test', '-f', write(aPolicy('Never share payment card numbers \u001b[31m.', [CARD]))]);
    expect(out).not.toContain('\u001b');
  });
});

describe('flashback policy advise', () => {
  it('scores a rule, says what is wrong and proposes a better one', async () => {
    const { code, out } = await run(['advise', '--rule', 'You should usually not share IBANs.']);
    expect(code).toBe(0);
    expect(out).toContain('rule: 74 of 100, severity medium');
    expect(out).toContain('medium ambiguity: "usually" leaves open when the rule holds.');
    expect(out).toContain('    Never share IBANs.');
  });

  it('reads rules from manifests', async () => {
    const { code, out } = await run(['advise', '-f', write(aPolicy('Never share payment card numbers.', []))]);
    expect(code).toBe(0);
    expect(out).toContain('team-a/rule: 100 of 100');
    expect(out).not.toContain('Proposal');
  });

  it('goes by all that a manifest says of the rule', async () => {
    const more = { engine: 'Detectors', countries: ['XX'], patterns: [{ name: 'badge', pattern: 'B-\\d{4}' }] };
    const { out } = await run(['advise', '-f', write(aPolicy('No names, phone numbers or legal advice.', [], more))]);
    expect(out).toContain('plan  Detectors look for the pattern B-\\d{4}.');
    expect(out).toContain('medium scope: Detectors cannot tell a part of the rule, so it is not enforced: legal advice.');
    expect(out).toContain('medium scope: spec.countries: detectors know no country XX');
    expect(out).toContain('low actionability: Finding names of persons only alerts, though the policy is to block');
  });
});

describe('wrong arguments', () => {
  it.each([
    [[], 'Say what to do'],
    [['check'], 'Say what to do'],
    [['test', 'x'], 'Say what to do'],
    [['test'], '-f FILE'],
    [['advise'], '--rule TEXT'],
    [['advise', '--rule', 'x', '-f', 'y'], 'Say which policy'],
    [['test', '--rule', 'x'], '--rule has no tests'],
    [['test', '-f', '/nowhere/at/all'], '/nowhere/at/all'],
    [['test', '--nope'], 'See flashback policy --help'],
  ])('%j are told in a sentence', async (args, message) => {
    const failure = await run(args).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SettingsError);
    expect((failure as Error).message).toContain(message);
  });
});

describe('the command line', () => {
  const flashback = (...args: string[]) => spawnSync(process.execPath, ['src/cli.ts', 'policy', ...args], { encoding: 'utf8', env: {} });
  it('prints the help', () => {
    expect(flashback('--help')).toMatchObject({ status: 0, stdout: POLICY_HELP });
  });
  it('passes the exit code on', () => {
    expect(flashback('test', '-f', write(aPolicy('Never share payment card numbers.', [{ ...CARD, expect: 'Allow' }]))).status).toBe(1);
    expect(flashback('test').status).toBe(2);
  });
});
