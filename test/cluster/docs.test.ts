// docs/cluster.md, typed line by line into one shell against an API server of its own; with free ports in place of those shown.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { dirname } from 'node:path';
import { copyCheckout, removeCheckout } from '../docs/checkout.ts';
import { codeBlocks } from '../docs/markdown.ts';
import { runShell } from '../docs/shell.ts';
import { ApiServer } from './harness/api-server.ts';
import { freePort } from './harness/ports.ts';

let checkout: string;
let apiServer: ApiServer;

beforeAll(async () => {
  checkout = copyCheckout({ installed: true });
  apiServer = await ApiServer.start();
});

afterAll(async () => {
  removeCheckout(checkout);
  await apiServer.stop();
});

describe('docs/cluster.md', () => {
  test('its commands, typed one after the other, end with an answered request', async () => {
    const ports = new Map<string, string>();
    for (const port of ['8080', '8443', '9091', '9192']) ports.set(port, String(await freePort()));
    let script = codeBlocks('docs/cluster.md', 'bash').join('\n') + '\nwait\necho SUCCEEDED';
    for (const [documented, actual] of ports) script = script.replaceAll(documented, actual);
    const shell = runShell(script, checkout, {
      KUBECONFIG: apiServer.kubeconfig,
      PATH: `${dirname(inject('kubectl'))}:${process.env['PATH'] ?? ''}`,
      FLASHBACK_PORT: ports.get('8080')!,
      FLASHBACK_PUSH_PORT: ports.get('8443')!,
      FLASHBACK_METRICS_PORT: '0',
    });
    try {
      await shell.says(/SUCCEEDED$/m);
    } finally {
      shell.signal('SIGKILL');
    }
    expect(shell.output().match(/"id":"demo-chat"/g)).toHaveLength(2);
    expect(shell.output()).toMatch(/aillmconfig\S*\/demo condition met/);
    expect(shell.output()).toContain('serving from the boot snapshot');
    expect(shell.output()).toMatch(/secretRef/);
  });
});
