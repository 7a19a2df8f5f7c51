import { expect, it } from 'vitest';
import { newId } from '../../src/gateway/new-id.ts';

it('an id has 24 letters and digits, and none comes twice', () => {
  const ids = Array.from({ length: 1_000 }, newId);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{24}$/);
  expect(new Set(ids).size).toBe(ids.length);
});
