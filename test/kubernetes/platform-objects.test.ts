// Objects as the Platform API sees them: what it wrote itself, and what others do to it meanwhile.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KubernetesObjects } from '../../src/kubernetes/platform-objects.ts';
import { KubernetesStore } from '../../src/kubernetes/store.ts';
import { FakeApiServer } from '../fake/api-server.ts';
import { FakeClock, clientOf, eventually, recordingLogger } from './fixture.ts';

const PATH = '/apis/ai.flashback.tech/v1alpha1/namespaces/team/repositories/chat';

let server: FakeApiServer;
let stop: AbortController;
let run: Promise<void>;
beforeEach(async () => {
  server = await FakeApiServer.start();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort();
  await run;
  await server.stop();
});

async function started(): Promise<{ store: KubernetesStore; objects: KubernetesObjects }> {
  const clock = new FakeClock();
  const client = clientOf(server.url);
  const store = new KubernetesStore({ client, identity: 'pod-1', clock, random: () => 0, logger: recordingLogger().logger });
  const objects = new KubernetesObjects({ client, store, clock, mayWrite: () => true });
  run = store.start({ onResource: () => {}, onSecret: () => {}, onGrant: () => {}, onNamespace: () => {} }, stop.signal);
  await store.synced();
  await eventually(() => expect(server.openWatches).toBe(6));
  return { store, objects };
}

it('an object that was written here and deleted elsewhere is gone as soon as the watch tells so, though nobody asked in between', async () => {
  const { store, objects } = await started();
  const { uid } = (await objects.create('Repository', { namespace: 'team', name: 'chat', spec: { llms: [] } })).metadata;
  const { resourceVersion } = (await objects.update('Repository', uid, () => ({ llms: [] }))).metadata;
  await eventually(() => expect(store.byUid('Repository', uid)?.metadata.resourceVersion).toBe(resourceVersion));
  server.remove(PATH);
  await eventually(() => expect(store.byUid('Repository', uid)).toBeUndefined());
  expect(objects.byUid('Repository', uid)).toBeUndefined();
  await expect(objects.update('Repository', uid, (spec) => spec)).rejects.toThrow('it is gone');
});
