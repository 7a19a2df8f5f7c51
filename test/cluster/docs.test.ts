// docs/cluster.md, typed line by line into one shell against the shared API server.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { dirname } from 'node:path';
import { copyCheckout, removeCheckout } from '../docs/checkout.ts';
import { codeBlocks } from '../docs/markdown.ts';
import { runShell } from '../docs/shell.ts';
import { startDemoProvider, type DemoProvider } from '../../src/demo/provider.ts';
import { freePort } from './stack/processes.ts';

let checkout: string;
let model: DemoProvider;

beforeAll(async () => {
  checkout = copyCheckout({ installed: true });
  model = await startDemoProvider({ port: 0, host: '127.0.0.1' });
});

afterAll(async () => {
  removeCheckout(checkout);
  await model.close();
});

describe('docs/cluster.md', () => {
  test('its commands, typed one after the other, end with an answered request', async () => {
    const ports = new Map<string, string>([['11434', new URL(model.url).port]]);
    for (const port of ['8080', '8443', '9091']) ports.set(port, String(await freePort()));
    let script = codeBlocks('docs/cluster.md', 'bash').join('\n');
    for (const [documented, actual] of ports) script = script.replaceAll(documented, actual);
    const shell = runShell(script, checkout, {
      KUBECONFIG: inject('kubeconfig'),
      PATH: `${dirname(inject('kubectl'))}:${process.env['PATH'] ?? ''}`,
      FLASHBACK_PORT: ports.get('8080')!,
      FLASHBACK_PUSH_PORT: ports.get('8443')!,
      FLASHBACK_METRICS_PORT: '0',
    });
    expect(await shell.ended, shell.output()).toBe(0);
    expect(shell.output()).toContain('"demo-chat"');
    expect(shell.output()).toMatch(/aillmconfig\S*\/ollama condition met/);
    expect(shell.output()).toMatch(/secretRef/);
    shell.signal('SIGKILL');
  });
});
