// Objects by their UID: from the cache of the watch, with what was written and removed since.
import { expect, it } from 'vitest';
import type { AILLMConfig } from '../../src/api/resources.ts';
import { ObjectCache } from '../../src/kubernetes/object-cache.ts';
import { RecentWrites } from '../../src/kubernetes/recent-writes.ts';
import { FakeClock } from './fixture.ts';

const object = (name: string, uid: string, resourceVersion = '1'): AILLMConfig => ({
  apiVersion: 'ai.flashback.tech/v1alpha1',
  kind: 'AILLMConfig',
  metadata: { namespace: 'team', name, uid, resourceVersion, generation: 1 },
  spec: { type: 'OpenAI' },
});

it('a cache knows each object by its UID for as long as it has it', () => {
  const cache = new ObjectCache<AILLMConfig>();
  cache.upsert(object('a', '1'));
  cache.upsert(object('a', '1', '2'));
  expect(cache.byUid('1')?.metadata.resourceVersion).toBe('2');
  // Deleted and made again under its name while nobody looked.
  cache.upsert(object('a', '2', '3'));
  expect([cache.byUid('1'), cache.byUid('2')?.metadata.name]).toEqual([undefined, 'a']);
  cache.remove(object('a', '1'));
  expect(cache.byUid('2')).toBeDefined();
  cache.replace([object('b', '3')]);
  expect([cache.byUid('2'), cache.byUid('3')?.metadata.name]).toEqual([undefined, 'b']);
  cache.remove(object('b', '3'));
  expect(cache.byUid('3')).toBeUndefined();
});

it('what was written since counts until the cache has it, and what was removed is gone', () => {
  const clock = new FakeClock();
  const recent = new RecentWrites(clock);
  const versionOf = (cached: AILLMConfig | undefined): string | undefined => recent.one('AILLMConfig', '1', cached)?.metadata.resourceVersion;
  expect([versionOf(undefined), versionOf(object('a', '1', '5'))]).toEqual([undefined, '5']);
  recent.wrote(object('a', '1', '7'));
  expect([versionOf(undefined), versionOf(object('a', '1', '5')), versionOf(object('a', '1', '9'))]).toEqual(['7', '7', '9']);
  expect(recent.one('Repository', '1', undefined)).toBeUndefined();
  recent.removed('1');
  expect(versionOf(object('a', '1', '9'))).toBeUndefined();
  clock.advance(30_001);
  expect(versionOf(object('a', '1', '9'))).toBe('9');
});

it('what the cache has had, or the watch has told to be gone, is not answered again when the cache has it no longer', () => {
  const recent = new RecentWrites(new FakeClock());
  const versionOf = (cached: AILLMConfig | undefined): string | undefined => recent.one('AILLMConfig', '1', cached)?.metadata.resourceVersion;
  recent.wrote(object('a', '1', '7'));
  expect([versionOf(object('a', '1', '7')), versionOf(undefined)]).toEqual(['7', undefined]);
  recent.wrote(object('a', '1', '8'));
  // Made again under its name before the watch has told of the first one.
  recent.wrote(object('a', '2', '9'));
  recent.forget('1');
  expect(versionOf(undefined)).toBeUndefined();
  expect(recent.over('AILLMConfig', []).map(({ metadata }) => metadata.uid)).toEqual(['2']);
});
