// Grants that were known, when the API server does not show them any more.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GrantWatch } from '../../src/kubernetes/grant-watch.ts';
import { FakeApiServer } from '../fake/api-server.ts';
import { clientOf, eventually, FakeClock, recordingLogger, type LogLine } from './fixture.ts';

const GRANTS = '/apis/ai.flashback.tech/v1alpha1/namespaces/lender/aireferencegrants';
let server: FakeApiServer;
let clock: FakeClock;
let lines: LogLine[];
let changed: string[];
let grants: GrantWatch;
let stop: AbortController;

beforeEach(async () => {
  server = await FakeApiServer.start();
  clock = new FakeClock();
  changed = [];
  stop = new AbortController();
  const recorder = recordingLogger();
  lines = recorder.lines;
  const onChange = ({ namespace, name }: { namespace: string; name: string }): void => void changed.push(`${namespace}/${name}`);
  const client = clientOf(server.url);
  grants = new GrantWatch({ client, namespaces: ['lender'], clock, random: () => 0.5, logger: recorder.logger, onChange });
  server.put(`${GRANTS}/to-team`, { kind: 'AIReferenceGrant', spec: { from: [{ namespace: 'team' }] } });
  for (const reflector of grants.reflectors) void reflector.run(stop.signal);
  await grants.whenSettled();
  await eventually(() => expect(server.openWatches).toBe(1));
});
afterEach(async () => {
  stop.abort();
  await server.stop();
});

const names = (): string[] => grants.values().map(({ metadata }) => metadata.name);
const refusals = (): number => server.requests.filter(({ path }) => path.endsWith('/aireferencegrants')).length;

/** Lets the next attempts happen, each a step of time after the one before. */
async function attempts(count: number, ms: number): Promise<void> {
  for (let done = 0; done < count; done += 1) {
    const before = refusals();
    await eventually(() => {
      clock.advance(ms);
      expect(refusals()).toBeGreaterThan(before);
    });
  }
}

it.each([403, 404])('are in force for the first refusals with %d, and empty after some seconds of them', async (status) => {
  expect(names()).toEqual(['to-team']);
  server.fail(({ path }) => path.endsWith('/aireferencegrants'), { status }, 1_000);
  changed = [];
  server.endWatches('close');
  await attempts(1, 100);
  expect(names()).toEqual(['to-team']);
  await attempts(4, 4_000);
  await eventually(() => expect(names()).toEqual([]));
  expect(changed).toEqual(['lender/to-team']);
  expect(lines.filter(({ msg }) => msg.startsWith('AIReferenceGrants cannot be listed'))).toHaveLength(1);
});

it('are in force again when they are shown again, and whoever depends on them hears of it', async () => {
  server.fail(({ path }) => path.endsWith('/aireferencegrants'), { status: 403 }, 1_000);
  server.endWatches('close');
  await eventually(() => {
    clock.advance(4_000);
    expect(names()).toEqual([]);
  });
  changed = [];
  server.heal();
  await eventually(() => {
    clock.advance(4_000);
    expect(names()).toEqual(['to-team']);
  });
  expect(changed).toEqual(['lender/to-team']);
});
