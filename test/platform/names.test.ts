// Names that callers choose, in every operation that takes one.
import { describe, expect, it } from 'vitest';
import { bodyReader } from '../../src/platform/input.ts';
import { OPERATIONS } from '../../src/platform/operations.ts';
import type { Schema } from '../../src/platform/operation.ts';

const named = OPERATIONS.filter(({ body }) => 'name' in ((body?.['properties'] ?? {}) as Record<string, Schema>));

it('there are operations that take a name', () => {
  expect(named.map(({ id }) => id)).toEqual(expect.arrayContaining(['createAiLlm', 'createPolicy', 'createRepo', 'createRepoKey', 'renameRepoKey']));
});

describe.each(named)('$id', ({ body }) => {
  const said = (name: string): string => {
    try {
      bodyReader(body)({ name });
      return '';
    } catch (error) {
      return String(error);
    }
  };

  it.each(['a\0b', 'a\nb', '\u{1B}[31mred', '\u{85}'])('refuses the control character in %j', (name) => {
    expect(said(name)).toContain('name must be text that can be read, without control characters');
  });

  it.each(['Größe 9 – “good”', '日本語', 'a'])('takes %j', (name) => {
    expect(said(name)).not.toMatch(/\bname must/);
  });
});
