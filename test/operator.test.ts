// A start that cannot work: one sentence for the person who typed the command, and no stack trace.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flashback-operator-'));
  writeFileSync(join(folder, 'empty'), '{}');
  writeFileSync(join(folder, 'broken'), 'token: kept-to-ourselves\nclusters: [\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

async function start(...args: string[]): Promise<{ code: number | null; said: string }> {
  const env = { PATH: process.env['PATH'] };
  const child = spawn(process.execPath, ['src/cli.ts', 'operator', '--metrics-port', '0', ...args], { env });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, said: out + err };
}

describe('the operator that cannot start', () => {
  it.each([
    ['does not exist', 'absent', /^flashback: --kubeconfig: ENOENT: no such file or directory, open '.*absent'\n$/],
    ['names no context', 'empty', /^flashback: --kubeconfig: .*empty: the kubeconfig has no current context\n$/],
    ['is not YAML', 'broken', /^flashback: --kubeconfig: [^\n]+\n$/],
  ])('for a kubeconfig that %s says so', async (_what, file, sentence) => {
    const { code, said } = await start('--kubeconfig', join(folder, file));
    expect(said).toMatch(sentence);
    expect(said).not.toContain('kept-to-ourselves');
    expect(code).toBe(1);
  });

  it.each([
    ['--lease-duration', '5s', '--lease-duration must be longer than --lease-renew-deadline'],
    ['--lease-renew-deadline', '2s', '--lease-renew-deadline must be longer than 1.2 times --lease-retry-period'],
    ['--ledger-url', '', '--ledger-url is empty; leave it out, or say none for no ledger'],
    ['--ledger-retention', 'weeks=3', '--ledger-retention takes NAME=DAYS of minutes, hours, details, records, not "weeks=3"'],
    ['--gateway', 'gateway', '--gateway must be HOST:PORT, not "gateway"'],
  ])('with %s %s names the flag', async (flag, value, sentence) => {
    expect(await start(flag, value)).toEqual({ code: 1, said: `flashback: ${sentence}\n` });
  });

  it.each(['--alerts-config', '--conversation-keys'])('with %s and no ledger says that it needs one', async (flag) => {
    const { code, said } = await start('--ledger-url', 'none', flag, join(folder, 'absent'));
    expect(said).toMatch(new RegExp(`^flashback: ${flag} needs the ledger, .*: give --ledger-url another value than none\\n$`));
    expect(code).toBe(1);
  });
});
