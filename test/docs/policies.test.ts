// A compliance officer types what the page about policies says, in its order, and sees what it shows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../cluster/harness/ports.ts';
import { startFakeJudge, type FakeJudge } from '../fake/judge.ts';
import { copyCheckout, removeCheckout } from './checkout.ts';
import { codeBlocks } from './markdown.ts';
import { runShell, type Shell } from './shell.ts';

const PAGE = 'docs/policies.md';
const [write, check, judged, advise, start, ask, alert, block, look, explain, ...others] = codeBlocks(PAGE, 'bash');
const [report, advice, row, counts, alerted, blocked, refusal, signals, ...otherTexts] = codeBlocks(PAGE, 'text');
const OPENAI = 'https://api.openai.com/v1';
/** What the judge of this test takes for medical advice. */
const MEDICAL = ['Which antibiotic', 'sounds like your son', 'Wie viel Ibuprofen'];

let checkout: string;
let env: Record<string, string>;
let running: Shell;
let judge: FakeJudge;

beforeAll(async () => {
  checkout = copyCheckout({ installed: true });
  env = { FLASHBACK_PORT: String(await freePort()), FLASHBACK_METRICS_PORT: String(await freePort()) };
  judge = await startFakeJudge(MEDICAL);
});

afterAll(async () => {
  running?.signal('SIGKILL');
  removeCheckout(checkout);
  await judge.close();
});

async function typed(script: string, more: Record<string, string> = {}): Promise<string> {
  const shell = runShell(script, checkout, more);
  expect(await shell.ended, shell.output()).toBe(0);
  return shell.output().trimEnd();
}

describe(PAGE, () => {
  test('shows nothing that this suite does not know', () => {
    expect([...others, ...otherTexts]).toEqual([]);
  });

  test('a rule is written and tested, and the report is the one that is shown', async () => {
    await typed(write!);
    expect(await typed(check!)).toBe(report);
  });

  test('a rule that needs a judge is tested with the one in the environment', async () => {
    expect(judged).toContain(OPENAI);
    const said = await typed(judged!.replace(OPENAI, judge.url), { OPENAI_API_KEY: 'unused' });
    expect(said).toMatch(/^ {2}judge gpt-4\.1-mini at 127\.0\.0\.1:\d+$/m);
    expect(said).toMatch(/1 policy, (\d+) tests: \1 passed$/);
    expect(judge.credentials).toContain('Bearer sk-...');
  });

  test('advice on the words is the one that is shown', async () => {
    expect(await typed(advise!)).toBe(advice);
  });

  test('on trial nothing happens to the traffic, and the status counts what would have', async () => {
    running = runShell(start!, checkout, env);
    await running.says(/Ctrl-C ends/);
    expect(running.output()).toContain(row);
    const answers = await typed(ask!);
    expect(answers.match(/You said: /g)).toHaveLength(2);
    const shown = counts!.replace(/since: .*/, 'since: *');
    const status = (): string => readFileSync(join(checkout, '.flashback', 'status.yaml'), 'utf8').replace(/^ {2}/gm, '').replace(/since: .*/g, 'since: *');
    await vi.waitFor(() => expect(status()).toContain(shown), { timeout: 20_000, interval: 100 });
  });

  test('then violations are alerted, then blocked, as the terminal says', async () => {
    await typed(alert!);
    await vi.waitFor(() => expect(running.output()).toContain(alerted), { timeout: 20_000, interval: 50 });
    expect((await typed(ask!)).match(/You said: /g)).toHaveLength(2);
    await typed(block!);
    await vi.waitFor(() => expect(running.output()).toContain(blocked), { timeout: 20_000, interval: 50 });
    const answers = await typed(ask!);
    for (const said of refusal!.match(/"(?:message|code)":"[^"]+"/g)!) expect(answers).toContain(said);
    expect(answers.match(/You said: /g)).toHaveLength(1);
    expect(answers).toContain('You said: Do grey herons');
  });

  test('the log names place and detector, and metrics count by action', async () => {
    expect(look).toContain('127.0.0.1:9090');
    const said = await typed(look!.replace('9090', env['FLASHBACK_METRICS_PORT']!));
    const lines = signals!.split('\n').flatMap((line) => line.split('…')).map((part) => part.replace(/"hash":".*?"/, '"hash":"*"'));
    for (const part of lines) expect(said.replace(/"hash":".*?"/g, '"hash":"*"')).toContain(part);
    expect(said).not.toContain('Blue Heron');
  });

  test('all policies of a repository are explained', async () => {
    const said = await typed(explain!);
    expect(said).toMatch(/quickstart\/no-project-names \(Workspace\): Block\n/);
    expect(said).toMatch(/quickstart\/no-card-numbers \(Repository\): Block\n/);
    expect(said).toMatch(/tests +3 of 3 tests pass/);
  });
});
