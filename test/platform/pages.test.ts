// Pages, in every operation that has some: how far one may leaf through.
import { describe, expect, it } from 'vitest';
import { bodyReader, queryReader } from '../../src/platform/input.ts';
import type { Schema } from '../../src/platform/operation.ts';
import { OPERATIONS } from '../../src/platform/operations.ts';

const inBody = (body: Schema | undefined): boolean => 'skip' in ((body?.['properties'] ?? {}) as object);
const paged = OPERATIONS.filter(({ query = {}, body }) => 'skip' in query || inBody(body));

it('there are operations with pages', () => {
  expect(paged.map(({ id }) => id)).toEqual(expect.arrayContaining(['listConversations', 'listMessages', 'listSystemEvents']));
});

describe.each(paged)('$id', ({ query = {}, body }) => {
  const said = (skip: unknown): string => {
    try {
      if ('skip' in query) queryReader(query)({ skip: String(skip) });
      else bodyReader(body)({ skip });
      return '';
    } catch (error) {
      return String(error);
    }
  };

  it.each([1_000_001, 1e300, -1, 0.5])('leaves out no %d rows', (skip) => {
    expect(said(skip)).toContain('skip must be');
  });

  it.each([0, 1_000_000])('leaves out %d rows', (skip) => {
    expect(said(skip)).not.toContain('skip must be');
  });
});
