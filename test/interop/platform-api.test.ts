// Whatever a client sends to the Platform API, the answer is one that its OpenAPI document describes, and never a fault.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/platform/operations.ts';
import { withHints } from './hints.ts';
import { startStage, type Stage } from './platform-stage.ts';
import { runSchemathesis } from './schemathesis.ts';

let stage: Stage;
let ran: { isFine: boolean; said: string };
let statuses: Map<string, Set<string>>;

beforeAll(async () => {
  stage = await startStage();
  const { platform, hints } = stage;
  const { body: document } = await platform.call('GET', '/openapi.json', { token: null });
  ran = await runSchemathesis(withHints(document, hints), platform.url, 'admin');
  statuses = new Map(OPERATIONS.map(({ id }) => [id, new Set()]));
  for (const line of platform.log) {
    const { operation, status } = JSON.parse(line) as { operation?: string; status?: string };
    if (operation !== undefined && status !== undefined) statuses.get(operation)?.add(status);
  }
}, 600_000);
afterAll(() => stage?.platform.close());

it('every answer is one that the document describes', () => {
  expect(ran.isFine, ran.said).toBe(true);
  expect(ran.said).toContain(`Tested: ${OPERATIONS.length}`);
});

it.each(OPERATIONS.map(({ id }) => id))('%s was met with something that it could do', (id) => {
  expect([...(statuses.get(id) ?? [])]).toContain('200');
});

it.each(OPERATIONS.filter(({ body }) => body !== undefined).map(({ id }) => id))('%s was met with bodies that it refused', (id) => {
  expect([...(statuses.get(id) ?? [])]).toContain('400');
});
