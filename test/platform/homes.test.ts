// Where policies of an organization may stand, and which namespaces callers are asked about, as the API server tells it.
import { expect, it } from 'vitest';
import { LABELS, type AIReferenceGrant, type Kind, type Repository, type ResourceByKind } from '../../src/api/resources.ts';
import type { KubeClient } from '../../src/kubernetes/client.ts';
import { KubernetesObjects, type KubernetesObjectsOptions } from '../../src/kubernetes/platform-objects.ts';
import { FakeClock } from '../fake/clock.ts';

const HOME = { [LABELS.organizationHome]: 'true' };
const LABELLED: Record<string, Record<string, string> | undefined> = {
  'acme-home': { ...HOME, [LABELS.organization]: 'acme' },
  'acme-other': { ...HOME, [LABELS.organization]: 'acme' },
  'acme-member': { [LABELS.organization]: 'acme' },
  'acme-false': { [LABELS.organizationHome]: 'false', [LABELS.organization]: 'acme' },
  unwatched: { ...HOME, [LABELS.organization]: 'acme' },
  'plain-home': HOME,
  'not-known': undefined,
};

const REPOSITORY: Repository = {
  apiVersion: 'ai.flashback.tech/v1alpha1',
  kind: 'Repository',
  metadata: { namespace: 'acme-member', name: 'chat', uid: 'u-1', generation: 1 },
  spec: { llms: [{ name: 'main' }] },
};

const GRANT: AIReferenceGrant = {
  apiVersion: 'ai.flashback.tech/v1alpha1',
  kind: 'AIReferenceGrant',
  metadata: { namespace: 'lender', name: 'to-acme', uid: 'u-2', generation: 1 },
  spec: { from: [{ kind: 'Repository', namespace: 'acme-member' }], to: [{ kind: 'AILLMConfig', name: 'shared' }] },
};

function objects(isKnown: boolean, watched: readonly string[] = []): KubernetesObjects {
  const store: KubernetesObjectsOptions['store'] = {
    list: <K extends Kind>(kind: K) => (kind === 'Repository' ? [REPOSITORY] : []) as ResourceByKind[K][],
    byUid: () => undefined,
    onRemoved: () => {},
    covers: (namespace) => namespace !== 'unwatched',
    namespaceLabels: (namespace) => LABELLED[namespace],
    grants: () => [GRANT],
    namespaces: () => (isKnown ? Object.keys(LABELLED).map((name) => ({ name, uid: `uid-of-${name}` })) : undefined),
  };
  return new KubernetesObjects({ client: {} as KubeClient, store, watched, clock: new FakeClock(), mayWrite: () => true });
}

it.each([
  ['acme', ['acme-home', 'acme-other']],
  ['default', ['plain-home']],
  ['nobody', []],
])('the homes of %s are the namespaces with the label that are looked at', (organization, homes) => {
  expect(objects(true).homesOf(organization)).toEqual(homes);
});

it('where namespaces may not be listed there is none', () => expect(objects(false).homesOf('acme')).toEqual([]));

it('callers are asked about each namespace that is looked at, as what was deleted in one still has its violations and its use', () => {
  const looked = Object.keys(LABELLED).filter((name) => name !== 'unwatched');
  expect(objects(true).namespaces()).toEqual(looked.toSorted());
});

it('where namespaces may not be listed, about those that are watched and those with objects', () => {
  expect(objects(false).namespaces()).toEqual(['acme-member']);
  expect(objects(false, ['team-a', 'team-b']).namespaces()).toEqual(['acme-member', 'team-a', 'team-b']);
});

it.each([
  ['shared', 'acme-member', true],
  ['shared', 'lender', true],
  ['shared', 'acme-home', false],
  ['other', 'acme-member', false],
])('%s of the lender is for repositories of %s: %s', (name, from, expected) => {
  expect(objects(true).lends({ namespace: 'lender', name }, from)).toBe(expected);
});
