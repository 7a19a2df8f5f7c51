// Where policies of an organization may stand, as the API server tells it.
import { expect, it } from 'vitest';
import { LABELS } from '../../src/api/resources.ts';
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

function objects(isKnown: boolean): KubernetesObjects {
  const store: KubernetesObjectsOptions['store'] = {
    list: () => [],
    covers: (namespace) => namespace !== 'unwatched',
    namespaceLabels: (namespace) => LABELLED[namespace],
    namespaces: () => (isKnown ? Object.keys(LABELLED).map((name) => ({ name, uid: `uid-of-${name}` })) : undefined),
  };
  return new KubernetesObjects({ client: {} as KubeClient, store, clock: new FakeClock(), mayWrite: () => true });
}

it.each([
  ['acme', ['acme-home', 'acme-other']],
  ['default', ['plain-home']],
  ['nobody', []],
])('the homes of %s are the namespaces with the label that are looked at', (organization, homes) => {
  expect(objects(true).homesOf(organization)).toEqual(homes);
});

it('where namespaces may not be listed there is none', () => expect(objects(false).homesOf('acme')).toEqual([]));
