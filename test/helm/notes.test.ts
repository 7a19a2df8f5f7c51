// What helm says once a release is installed.
import { dump } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { CHART } from '../../hack/chart/generate.ts';
import { helm } from './render.ts';

async function notesOf(values: object): Promise<string> {
  const args = ['install', 'flashback', CHART, '--namespace', 'flashback-system', '--dry-run=client', '--values', '-'];
  const { code, stdout, stderr } = await helm(args, dump(values));
  expect(code, stderr).toBe(0);
  return stdout.slice(stdout.lastIndexOf('NOTES:'));
}

describe('the ledger', () => {
  test('of a file without a volume is said to be lost with a change of leaders, conversations with it', async () => {
    const notes = await notesOf({ watchNamespaces: ['a'], platformApi: { enabled: true, conversations: { keySecret: 'chat-keys' } } });
    expect(notes).toMatch(/^Use, violations, changes of objects and conversations: .*lost when .*, or when another operator leads\.$/m);
    expect(await notesOf({ watchNamespaces: ['a'], ledger: { existingSecret: 'x' } })).not.toContain('lost');
  });
});

describe('the Platform API', () => {
  test('is named with its address where it is on', async () => {
    const notes = await notesOf({ watchNamespaces: ['a'], platformApi: { enabled: true, tlsSecretName: 'tls', port: 443 } });
    expect(notes).toContain('https://flashback-platform-api.flashback-system.svc:443');
    expect(notes).not.toContain('--cacert');
    expect(await notesOf({ watchNamespaces: ['a'] })).not.toContain('Platform API');
  });

  test('says where its authority is when the operator makes its certificate, and that plain HTTP is plain', async () => {
    const own = await notesOf({ watchNamespaces: ['a'], platformApi: { enabled: true } });
    expect(own).toContain('https://flashback-platform-api.flashback-system.svc:8090');
    expect(own).toContain("kubectl get configmap flashback-platform-api-ca -n flashback-system -o jsonpath='{.data.ca\\.crt}'");
    const plain = await notesOf({ watchNamespaces: ['a'], platformApi: { enabled: true, plainHttp: true } });
    expect(plain).toContain('http://flashback-platform-api.flashback-system.svc:8090, in plain HTTP (platformApi.plainHttp)');
    expect(plain).not.toContain('--cacert');
  });
});

describe('the next step with Secrets by name', () => {
  const named = (...secrets: object[]) => notesOf({ rbac: { secrets: { mode: 'named', named: secrets } } });
  const FIRST = '{namespace: team-a, read: [openai], keys: [assistant-app]}';

  test('begins with listing its Secrets where one of them is not', async () => {
    expect(await named({ namespace: 'team-a', read: ['openai'], keys: ['other'] })).toContain(FIRST);
    expect(await named({ namespace: 'team-b', read: ['openai'], keys: ['assistant-app'] })).toContain(FIRST);
  });

  test('goes on at once where they are listed, and in the other modes', async () => {
    expect(await named({ namespace: 'team-a', read: ['openai'] }, { namespace: 'team-a', keys: ['assistant-app'] })).not.toContain(FIRST);
    expect(await notesOf({ watchNamespaces: ['team-a'] })).not.toContain('rbac.secrets.named');
  });
});

describe('memory', () => {
  test('too little for the bodies is told, and enough is not', async () => {
    expect(await notesOf({ watchNamespaces: ['a'], gateway: { bodyBudgetMiB: 129 } })).toContain('needs a limit of 1030Mi');
    expect(await notesOf({ watchNamespaces: ['a'] })).not.toContain('Too little memory');
    expect(await notesOf({ watchNamespaces: ['a'], gateway: { bodyBudgetMiB: 129, resources: null } })).not.toContain('Too little');
  });
});
