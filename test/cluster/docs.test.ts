// docs/cluster.md, typed line by line into one shell against an API server of its own; only the model server is ours.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { dirname } from 'node:path';
import { copyCheckout, removeCheckout } from '../docs/checkout.ts';
import { codeBlocks } from '../docs/markdown.ts';
import { runShell } from '../docs/shell.ts';
import { json, startProvider, type FakeProvider } from '../fake/provider.ts';
import { ApiServer } from './harness/api-server.ts';
import { freePort } from './stack/processes.ts';

let checkout: string;
let apiServer: ApiServer;
let model: FakeProvider;

beforeAll(async () => {
  checkout = copyCheckout({ installed: true });
  apiServer = await ApiServer.start();
  model = await startProvider();
  model.answer(json(200, { object: 'list', data: [{ id: 'local-model', object: 'model', created: 1, owned_by: 'ollama' }] }));
});

afterAll(async () => {
  removeCheckout(checkout);
  await model.close();
  await apiServer.stop();
});

describe('docs/cluster.md', () => {
  test('its commands, typed one after the other, end with an answered request', async () => {
    const ports = new Map<string, string>([['11434', new URL(model.url).port]]);
    for (const port of ['8080', '8443', '9091']) ports.set(port, String(await freePort()));
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
    expect(shell.output()).toContain('"local-model"');
    expect(shell.output()).toMatch(/aillmconfig\S*\/ollama condition met/);
    expect(shell.output()).toMatch(/secretRef/);
  });
});
