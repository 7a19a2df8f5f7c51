import { expect, test } from 'vitest';
import { lastWrite, lastWriteOf, rememberWrite } from '../../src/kubernetes/last-writer.ts';

const time = '2026-03-01T10:00:00Z';
const later = '2026-03-01T11:00:00Z';

test('whoever wrote last is known, and when, statuses apart', () => {
  const fields = [
    { manager: 'kubectl', time },
    { manager: 'argocd', time: later },
    { manager: 'flashback-operator', subresource: 'status', time: '2026-03-02T00:00:00Z' },
  ];
  expect(lastWrite(fields)).toEqual({ manager: 'argocd', at: Date.parse(later) });
});

test.each([
  ['there are no managed fields', undefined],
  ['there is nothing but status', [{ manager: 'flashback-operator', subresource: 'status', time }]],
  ['nobody says when', [{ manager: 'kubectl' }]],
  ['nobody says who', [{ time }]],
])('nobody is known where %s', (_where, fields) => {
  expect(lastWrite(fields)).toBeUndefined();
});

test('it is remembered of an object after its managed fields are gone', () => {
  const object = { metadata: { managedFields: [{ manager: 'kubectl', time }] } };
  rememberWrite(object);
  Reflect.deleteProperty(object.metadata, 'managedFields');
  expect(lastWriteOf(object)?.manager).toBe('kubectl');
  expect(lastWriteOf({})).toBeUndefined();
});
