import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AnyResource } from '../../src/api/resources.ts';
import { StatusFile } from '../../src/standalone/status-file.ts';
import { manualClock } from '../fake/manual-clock.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flashback-status-'));
});
afterEach(() => rm(directory, { recursive: true }));

function aPolicy(evaluations: number): AnyResource {
  return {
    apiVersion: 'ai.flashback.tech/v1alpha1',
    kind: 'AIPolicy',
    metadata: { namespace: 'team', name: 'no-cards', uid: 'u', generation: 1 },
    spec: { scope: 'Workspace', content: 'No card numbers.', riskType: 'High', action: 'Block' },
    status: { plan: ['Detectors look for payment card numbers.'], counts: { since: '2026-01-01T00:00:00Z', evaluations } },
  };
}

it('holds the last status of every resource, and nothing of its spec', async () => {
  const path = join(directory, 'made', 'status.yaml');
  const clock = manualClock();
  let evaluations = 1;
  const file = new StatusFile({ path, clock, resources: () => [aPolicy(evaluations), aPolicy(7)], onProblem: expect.fail });
  file.touch();
  clock.advance(1_000);
  evaluations = 2;
  file.touch();
  await file.stop();
  const status = { plan: ['Detectors look for payment card numbers.'], counts: { since: '2026-01-01T00:00:00Z', evaluations: 2 } };
  const [first, second] = loadAll(await readFile(path, 'utf8'));
  expect(first).toEqual({ kind: 'AIPolicy', metadata: { namespace: 'team', name: 'no-cards' }, status });
  expect(second).toMatchObject({ status: { counts: { evaluations: 7 } } });
  expect(await readdir(join(directory, 'made'))).toEqual(['status.yaml']);
});

it('says when it cannot be written, and harms nobody', async () => {
  await writeFile(join(directory, 'file'), '');
  const problems: string[] = [];
  const path = join(directory, 'file', 'status.yaml');
  const file = new StatusFile({ path, clock: manualClock(), resources: () => [], onProblem: (message) => problems.push(message) });
  file.touch();
  await file.stop();
  expect(problems).toEqual([`${path} cannot be written: EEXIST`]);
});
