// A newcomer types what docs/platform-api.md and docs/ledger.md say of a machine without a cluster, block after block, and sees what the pages show.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { freePort } from '../cluster/harness/ports.ts';
import { copyCheckout, removeCheckout } from './checkout.ts';
import { codeBlocks } from './markdown.ts';
import { runShell, type Shell } from './shell.ts';

vi.setConfig({ testTimeout: 120_000 });

const PAGE = 'docs/platform-api.md';
const [start, make, ask, look, ...inCluster] = codeBlocks(PAGE, 'bash');
const [answers, found] = codeBlocks(PAGE, 'text');
/** As shown, but for what an ellipsis stands for. */
const shownIn = (text: string): string[] => text.split(/…|\n/).filter((part) => part.trim() !== '');

let checkout: string;
let running: Shell;
let port: string;
let platformPort: string;
const typed = (block: string): string => block.replaceAll('127.0.0.1:8080', `127.0.0.1:${port}`).replaceAll('8090', platformPort);

beforeAll(async () => {
  checkout = copyCheckout({ installed: true });
  [port, platformPort] = [String(await freePort()), String(await freePort())];
});
afterAll(() => {
  running?.signal('SIGKILL');
  removeCheckout(checkout);
});

describe(PAGE, () => {
  test('has no other commands than those that are run, here and with a release in a cluster', () => {
    expect(start).toBe('npm ci && npm start -- --platform-api-port 8090');
    expect(inCluster).toHaveLength(2);
  });

  test('leads from nothing to a blocked call that is listed, counted and in the audit', async () => {
    running = runShell(typed(start!.replace('npm ci && ', '')), checkout, { FLASHBACK_PORT: port, FLASHBACK_METRICS_PORT: '0' });
    await running.says(/Platform:.*Ctrl-C ends/s);
    // What was just made works within a second: until then a reader would type the block again.
    const until = (block: string, ...signs: string[]): string => {
      const seen = signs.map((sign) => `grep -q '${sign}' said.txt`).join(' && ');
      return `until ( ${typed(block)}\n) > said.txt && ${seen}; do sleep 0.1; done; cat said.txt`;
    };
    const shell = runShell([typed(make!), until(ask!, 'content_policy_violation'), until(look!, '"block":true', '^[1-9][0-9]*$'), 'echo SUCCEEDED'].join('\n'), checkout);
    try {
      await shell.says(/SUCCEEDED$/m);
    } finally {
      shell.signal('SIGKILL');
    }
    expect(shell.output()).not.toContain('"success":false');
    expect(shell.output()).toContain('the provider accepts the credential');
    for (const part of [...shownIn(answers!), ...shownIn(found!.replace('"total":1,', ''))]) expect(shell.output()).toContain(part);
    // The last line of the block reads what is written once a minute.
    const [rows, ...rest] = codeBlocks('docs/ledger.md', 'bash');
    expect([rest, rows!.split('\n').at(-1)]).toEqual([[], "grep -A 8 'today:' .flashback/status.yaml"]);
    const reader = runShell(rows!.split('\n').slice(0, -1).join('\n'), checkout);
    expect(await reader.ended, reader.output()).toBe(0);
    for (const line of codeBlocks('docs/ledger.md', 'text')[0]!.split('\n')) expect(reader.output()).toContain(line);
    for (const context of ['aillm', 'repo', 'aillmapikey', 'policy']) expect(shell.output()).toContain(`"context":"${context}","event":"created"`);
  });
});
