import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { AILLMConfig } from '../../src/api/resources.ts';
import { auditId } from '../../src/ledger/audit-id.ts';
import type { AuditEntry } from '../../src/ledger/ledger.ts';
import { auditObject } from '../../src/platform/changes.ts';
import type { Services } from '../../src/platform/operation.ts';
import { systemClock } from '../../src/clock.ts';
import { recordingLedger } from '../fake/ledger.ts';

const JANE = { name: 'jane', uid: 'u-1', groups: [] };
const config = (generation: number): AILLMConfig => ({
  apiVersion: 'ai.flashback.tech/v1alpha1',
  kind: 'AILLMConfig',
  metadata: { name: 'main', namespace: 'team', uid: 'uid-1', generation },
  spec: { type: 'OpenAI' },
});

function fixture() {
  const entries: AuditEntry[] = [];
  const ledger = { ...recordingLedger().ledger, audit: async (told: readonly AuditEntry[]) => void entries.push(...told) };
  const services: Pick<Services, 'ledger' | 'clock' | 'logger'> = { ledger, clock: systemClock, logger: pino({ level: 'silent' }) };
  return { entries, services: services as Services };
}

it('a change over the Platform API has the id of what the operator sees of it, so that it stands there once, with the user', async () => {
  const { entries, services } = fixture();
  await auditObject(services, JANE, 'created', config(1));
  await auditObject(services, JANE, 'updated', config(2), config(1));
  await auditObject(services, JANE, 'deleted', config(2));
  expect(entries.map(({ id, actor }) => [id, actor])).toEqual([
    [auditId('created', 'uid-1', 1), 'jane'],
    [auditId('updated', 'uid-1', 2), 'jane'],
    [auditId('deleted', 'uid-1', 2), 'jane'],
  ]);
});

it('each change of a name or a credential has an id of its own, since nobody else sees it', async () => {
  const { entries, services } = fixture();
  for (let turn = 0; turn < 2; turn += 1) await auditObject(services, JANE, 'updated', config(2), config(2));
  const ids = new Set(entries.map(({ id }) => id));
  expect(ids.size).toBe(2);
  expect(ids).not.toContain(auditId('updated', 'uid-1', 2));
});

it('names in the audit are bounded, however long those are that people chose', async () => {
  const { entries, services } = fixture();
  const named = config(1);
  named.metadata.annotations = { 'ai.flashback.tech/display-name': 'n'.repeat(100_000) };
  await auditObject(services, { ...JANE, name: 'j'.repeat(20_000) }, 'created', named);
  expect(entries.map(({ actor, name }) => [actor.length, name.length])).toEqual([[512, 512]]);
});
