// A newcomer in a fresh checkout types what README says, in its order.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../cluster/harness/ports.ts';
import { copyCheckout, removeCheckout } from './checkout.ts';
import { codeBlocks } from './markdown.ts';
import { runShell, type Shell } from './shell.ts';

const [start, ask, govern, testing, ownProvider, build, install, ...others] = codeBlocks('README.md', 'bash');
const [report, answer, verdicts] = codeBlocks('README.md', 'text');
const TABLE_LINES = 4;

let checkout: string;
let env: Record<string, string>;
let running: Shell;

beforeAll(async () => {
  checkout = copyCheckout({ installed: false });
  env = { FLASHBACK_PORT: String(await freePort()), FLASHBACK_METRICS_PORT: String(await freePort()) };
});

afterAll(() => {
  running?.signal('SIGKILL');
  removeCheckout(checkout);
});

describe('README', () => {
  test('shows its two commands first, and nothing that this suite does not know', () => {
    expect([start, testing]).toEqual(['npm ci && npm start', 'npm ci && npm test']);
    // test/e2e runs these, in a cluster.
    expect([build, install]).toEqual([expect.stringMatching(/^hack\/build-image\.sh /), expect.stringMatching(/^helm install /)]);
    expect(others).toEqual([]);
  });

  test('the first command installs, starts, and prints the table that README shows', async () => {
    running = runShell(start!, checkout, env);
    await running.says(/Ctrl-C ends/);
    for (const line of report!.split('\n').slice(0, TABLE_LINES)) expect(running.output()).toContain(line);
  });

  test('the snippet for the other terminal is answered as README shows', async () => {
    const shell = runShell(ask!, checkout);
    expect(await shell.ended, shell.output()).toBe(0);
    const said = /"content":"[^"]+"/.exec(answer!)![0];
    expect(shell.output()).toContain(said);
  });

  test('the rule of the quick start refuses a card number and lets an order number pass, as README shows', async () => {
    const shell = runShell(govern!, checkout);
    expect(await shell.ended, shell.output()).toBe(0);
    for (const shown of verdicts!.match(/"(?:message|code|content)":"[^"]+"/g)!) expect(shell.output()).toContain(shown);
    expect(shell.output()).not.toContain('You said: Charge');
  });

  test('both snippets that it prints work when pasted', async () => {
    const printed = running.output();
    const snippets = printed.slice(printed.indexOf('Try it in another terminal'), printed.indexOf('Edit the files'));
    const script = snippets
      .split('\n')
      .filter((line) => !/^(Try it|The same)/.test(line))
      .join('\n');
    const shell = runShell(script, checkout);
    expect(await shell.ended, shell.output()).toBe(0);
    expect(shell.output().match(/Hello from the demo provider/g)).toHaveLength(2);
  });

  test('Ctrl-C ends it cleanly', async () => {
    running.signal('SIGINT');
    await running.ended;
    expect(running.output()).toContain('Stopped.');
  });

  test('the commands for an own provider start with that provider', async () => {
    const shell = runShell(ownProvider!, checkout, env);
    await shell.says(/AILLMConfig\s+\S+\/openai\s/);
    shell.signal('SIGTERM');
    await shell.ended;
    expect(shell.output()).not.toContain('sk-...');
  });

  test('the second command is what CI runs', () => {
    const script = readFileSync(new URL('../../.ci/run', import.meta.url), 'utf8');
    expect(script).toContain(testing);
  });
});
