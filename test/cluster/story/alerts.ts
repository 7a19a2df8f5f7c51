// Steps of the story: people are told of what was found, once per policy and window, by a webhook, an Event and a metric.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Told } from '../../alerts/receiver.ts';
import { sumOf } from '../../fake/metrics.ts';
import { eventually } from '../stack/stack.ts';
import { CARD } from './billing-provider.ts';
import type { Cast } from './cast.ts';
import { OTHERS, TEAM, WINDOW_SECONDS, type World } from './world.ts';

interface Notice {
  id: string;
  policy: { namespace: string; name: string };
  folded: number;
}

/** As Standard Webhooks describes it. */
function isSigned({ headers, body }: Told, key: string): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature } = headers;
  const expected = Buffer.from(
    `v1,${createHmac('sha256', key)
      .update(`${String(id)}.${String(seconds)}.${body}`)
      .digest('base64')}`,
  );
  const actual = Buffer.from(String(signature));
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}

const noticeOf = ({ body }: Told): Notice => JSON.parse(body) as Notice;

export function alerts(world: () => World, cast: () => Cast): void {
  describe('an alert', () => {
    const toldOf = (namespace: string): Told[] => world().receiver.told.filter((one) => noticeOf(one).policy.namespace === namespace);

    test('reaches the webhook signed, once for what comes together, and without the text', async () => {
      const { receiver, signingKey, book, platform } = world();
      const { team, others } = cast();
      for (const place of [team, others]) {
        const { alerts: expected } = book.sums(({ repo }) => repo === place.repo);
        await eventually(
          `notices of all ${expected} alerts`,
          async () => {
            const counted = toldOf(place.workspace).reduce((sum, one) => sum + 1 + noticeOf(one).folded, 0);
            if (counted > expected) throw new Error(`${counted} alerts were told of, not ${expected}`);
            return counted === expected || undefined;
          },
          9 * WINDOW_SECONDS,
        );
      }
      const { alerts: ofTeam } = book.sums(({ repo }) => repo === team.repo);
      expect(toldOf(TEAM).length).toBeLessThan(ofTeam);
      const [first] = toldOf(TEAM);
      expect(JSON.parse(first!.body)).toMatchObject({
        version: 1,
        type: 'policy.violation',
        action: 'Block',
        phase: 'Request',
        severity: 'High',
        folded: 0,
        windowSeconds: WINDOW_SECONDS,
        policy: { namespace: TEAM },
        repository: { namespace: TEAM },
        provider: 'Other',
        model: 'small-1',
        key: team.key,
      });
      const { body } = await platform.call('administrator', 'GET', `/policy/${cast().cards}/alerts?take=100`);
      expect((body['alerts'] as { id: string }[]).map(({ id }) => id)).toContain(noticeOf(first!).id);
      for (const one of receiver.told) {
        expect([one.method, one.headers['content-type'], one.headers['webhook-id'], isSigned(one, signingKey)]).toEqual([
          'POST',
          'application/json',
          noticeOf(one).id,
          true,
        ]);
        expect(one.body).not.toContain(CARD);
      }
    });

    test('is an Event on the policy', async () => {
      const { stack } = world();
      const { items } = JSON.parse(await stack.kubectl(['get', 'aipolicies', '-A', '-o', 'json'])) as {
        items: { metadata: { uid: string; name: string; namespace: string } }[];
      };
      for (const uid of [cast().cards, cast().theirs]) {
        const { name, namespace } = items.find(({ metadata }) => metadata.uid === uid)!.metadata;
        const event = await eventually(
          `an Event on ${name}`,
          async () => {
            const selector = `involvedObject.kind=AIPolicy,involvedObject.name=${name}`;
            const found = JSON.parse(
              await stack.kubectl(['get', 'events', '-n', namespace, '--field-selector', selector, '-o', 'json']),
            ) as { items: { type: string; message: string; reason: string }[] };
            return found.items.find(({ reason }) => reason === 'PolicyViolated');
          },
          90,
        );
        expect(event).toMatchObject({
          type: 'Warning',
          message: expect.stringMatching(namespace === TEAM ? /blocked/ : /let through with an alert/),
        });
        expect(event.message).not.toContain(CARD);
      }
    });

    test('is counted by gateway and operator', async () => {
      const { gateway, operator, book, receiver } = world();
      const { team, others } = cast();
      const gateways = await (await fetch(gateway.metricsUrl)).text();
      const counted = (namespace: string, action: string): number =>
        sumOf(gateways, 'flashback_policy_violations_total', { namespace, action });
      expect(counted(TEAM, 'Block')).toBe(book.sums(({ repo }) => repo === team.repo).blocks);
      expect(counted(OTHERS, 'Alert')).toBe(book.sums(({ repo }) => repo === others.repo).alerts);
      await eventually('the deliveries counted', async () => {
        const operators = await (await fetch(operator.metricsUrl)).text();
        return (
          sumOf(operators, 'flashback_alert_deliveries_total', { receiver: 'security', outcome: 'delivered' }) === receiver.told.length ||
          undefined
        );
      });
    });
  });
}
