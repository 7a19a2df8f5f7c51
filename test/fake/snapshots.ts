// Snapshot contents for tests of signing, sealing, pushing and applying.
import { createHash } from 'node:crypto';
import { SCHEMA_VERSION, type SnapshotContent } from '../../src/snapshot/snapshot.ts';

export function emptyContent(overrides: Partial<SnapshotContent> = {}): SnapshotContent {
  const nothing = { repositories: {}, keys: {}, revokedKeys: {}, providers: {}, policies: {}, limits: {} };
  return { schemaVersion: SCHEMA_VERSION, ...nothing, ...overrides };
}

/** One provider `team/main` and `repositories` repositories, each with two keys and ten models. */
export function contentWith(repositories: number): SnapshotContent {
  const content = emptyContent({
    providers: {
      'team/main': {
        generation: 1,
        type: 'OpenAI',
        endpoint: 'https://provider.example/v1',
        credential: { secret: 'provider-secret' },
        timeouts: { connect: 1000, response: 1000, idle: 1000 },
        headers: [],
      },
    },
  });
  for (let i = 0; i < repositories; i += 1) {
    const repository = `team/repository-${i}`;
    content.repositories[repository] = {
      generation: 1,
      namespace: 'team',
      name: `repository-${i}`,
      surfaces: ['OpenAI'],
      suspended: false,
      models: Object.fromEntries(Array.from({ length: 10 }, (_, m) => [`model-${m}`, { llm: 'team/main', upstream: `model-${m}` }])),
    };
    for (const name of ['a', 'b']) {
      const hash = createHash('sha256').update(`${repository}/${name}`).digest('hex');
      content.keys[hash] = { id: `key_${hash.slice(0, 12)}`, repository };
    }
  }
  return content;
}
