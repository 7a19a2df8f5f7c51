// Secrets of the Platform API: each belongs to one object, and is written and removed for that object alone.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LABELS, MANAGED_BY } from '../../src/api/resources.ts';
import { PlatformSecrets } from '../../src/kubernetes/platform-secrets.ts';
import { FakeApiServer } from '../fake/api-server.ts';
import { clientOf } from './fixture.ts';

const KEY = { namespace: 'team', name: 'assistant-credential' };
const PATH = '/api/v1/namespaces/team/secrets/assistant-credential';
const OWNER = { kind: 'AILLMConfig', name: 'assistant', uid: 'uid-of-the-connection' } as const;
let server: FakeApiServer;
let secrets: PlatformSecrets;
beforeEach(async () => {
  server = await FakeApiServer.start();
  secrets = new PlatformSecrets(clientOf(server.url));
});
afterEach(() => server.stop());

const labels = { [LABELS.managedBy]: MANAGED_BY };
const OTHERS = [
  ['keys of a repository', { labels, ownerReferences: [{ kind: 'Repository', name: 'assistant', uid: 'uid-of-the-repository', controller: true }] }],
  ['one that an earlier connection of the name had', { labels, ownerReferences: [{ ...OWNER, uid: 'uid-of-the-earlier', controller: true }] }],
  ['one that the object has, and does not control', { labels, ownerReferences: [{ ...OWNER, controller: false }] }],
  ['one with the label and no owner', { labels }],
  ['one of a person', {}],
] as const;

it('writes a Secret for its object, changes it, and removes it', async () => {
  await secrets.write(KEY, { apiKey: 'one' }, OWNER);
  await secrets.write(KEY, { apiKey: 'two' }, OWNER);
  expect(server.get(PATH)?.['data']).toEqual({ apiKey: Buffer.from('two').toString('base64') });
  await secrets.remove(KEY, OWNER.uid);
  expect(server.get(PATH)).toBeUndefined();
});

it.each(OTHERS)('neither writes nor removes %s', async (_what, metadata) => {
  const data = { OPENAI_API_KEY: 'a2VwdA==' };
  server.put(PATH, { apiVersion: 'v1', kind: 'Secret', metadata: structuredClone(metadata) as object, data });
  await secrets.remove(KEY, OWNER.uid);
  await expect(secrets.write(KEY, { apiKey: 'one' }, OWNER)).rejects.toMatchObject({ status: 409 });
  expect(server.get(PATH)?.['data']).toEqual(data);
});
