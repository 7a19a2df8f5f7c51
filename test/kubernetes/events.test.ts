// Events: what is sent, how many, and that nothing ever comes back to the caller.
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventDraft } from '../../src/reconcile/store.ts';
import { EventRecorder } from '../../src/kubernetes/events.ts';
import { FakeApiServer } from '../fake/api-server.ts';
import { FakeClock, clientOf, recordingLogger, eventually } from './fixture.ts';

let server: FakeApiServer;
let clock: FakeClock;
beforeEach(async () => {
  server = await FakeApiServer.start();
  clock = new FakeClock();
});
afterEach(() => server.stop());

function recorder(): { recorder: EventRecorder; lines: { msg: string }[] } {
  const { logger, lines } = recordingLogger();
  return { recorder: new EventRecorder({ client: clientOf(server.url), identity: 'pod-1', clock, logger }), lines };
}

function draft(change: Partial<EventDraft> = {}): EventDraft {
  const regarding = { kind: 'Repository', namespace: 'team', name: 'chat', uid: 'u1' } as const;
  return { regarding, type: 'Warning', reason: 'SecretNotFound', action: 'Reconcile', note: 'the Secret openai does not exist', ...change };
}

const bodies = (): Record<string, unknown>[] => server.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>);

test('an Event names its object, reason and reporter, with a six-digit time', async () => {
  recorder().recorder.emit(draft());
  await eventually(() => expect(server.requests).toHaveLength(1));
  expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/apis/events.k8s.io/v1/namespaces/team/events' });
  expect(bodies()[0]).toMatchObject({
    eventTime: '2026-01-02T03:04:05.000000Z',
    reportingController: 'ai.flashback.tech/operator',
    reportingInstance: 'pod-1',
    type: 'Warning',
    reason: 'SecretNotFound',
    action: 'Reconcile',
    note: 'the Secret openai does not exist',
    regarding: { apiVersion: 'ai.flashback.tech/v1alpha1', kind: 'Repository', namespace: 'team', name: 'chat', uid: 'u1' },
  });
});

test('an object may cause 25 Events of one reason at once, and one more every five minutes', async () => {
  const { recorder: events } = recorder();
  for (let index = 0; index < 40; index += 1) events.emit(draft());
  await eventually(() => expect(server.requests).toHaveLength(25));
  clock.advance(5 * 60_000 - 1);
  events.emit(draft());
  clock.advance(1);
  events.emit(draft());
  events.emit(draft({ reason: 'Succeeded' }));
  await eventually(() => expect(bodies().filter(({ reason }) => reason === 'Succeeded')).toHaveLength(1));
  expect(server.requests).toHaveLength(27);
});

test('a note is cut at one kilobyte, between characters', async () => {
  recorder().recorder.emit(draft({ note: 'ä'.repeat(2000) }));
  await eventually(() => expect(server.requests).toHaveLength(1));
  const note = String(bodies()[0]?.['note']);
  expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024);
  expect(note).toMatch(/^ä+…$/);
});

test('a name of the greatest length still makes a valid Event name', async () => {
  recorder().recorder.emit(draft({ regarding: { kind: 'Repository', namespace: 'team', name: 'n'.repeat(253), uid: 'u' } }));
  await eventually(() => expect(server.requests).toHaveLength(1));
  expect(bodies()).toMatchObject([{ metadata: { name: expect.stringMatching(/^.{253}$/) } }]);
});

test.each([{ status: 403 }, { status: 500 }, 'reset' as const])('a refusal (%j) is a line in the log, nothing else', async (fault) => {
  server.fail(() => true, fault);
  const { recorder: events, lines } = recorder();
  events.emit(draft());
  await eventually(() => expect(lines.map(({ msg }) => msg)).toEqual(['an Event was not recorded']));
});

test('while the API server hangs, Events do not pile up', async () => {
  server.fail(() => true, 'hang', Infinity);
  const { recorder: events } = recorder();
  for (let index = 0; index < 200; index += 1) events.emit(draft({ reason: `Reason${index}` }));
  await eventually(() => expect(server.requests).toHaveLength(50));
});
