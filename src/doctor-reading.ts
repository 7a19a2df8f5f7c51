// Reads what `flashback doctor` judges: each fact by itself, so that one that may not be read leaves the others.
import { readdir, readFile } from 'node:fs/promises';
import { load } from 'js-yaml';
import { ANNOTATIONS, API_GROUP, API_VERSION, KINDS, LABELS, MANAGED_BY, type AnyResource, type Kind } from './api/resources.ts';
import { listAll } from './cluster-reading.ts';
import type { Crd } from './doctor/api-server.ts';
import type { Fact } from './doctor/finding.ts';
import type { KeySecretFact, NamespaceFact } from './doctor/objects.ts';
import { isHeld, type CertificateFact, type GatewaysFact, type LeaseFact, type SnapshotPart } from './doctor/release.ts';
import type { ReleaseFact } from './doctor/releases.ts';
import type { KubeClient } from './kubernetes/client.ts';
import { toGatewayEndpoints, type EndpointSlice } from './kubernetes/gateway-endpoints.ts';
import { hasCode, KubernetesError } from './kubernetes/kubernetes-error.ts';
import { durationOf, holderOf, transitionsOf, type Lease } from './kubernetes/lease-record.ts';
import { collectionPath, METADATA_LIST, objectPath, type KubeNamespace, type KubeObject, type KubeSecret } from './kubernetes/objects.ts';
import { controllerUid } from './kubernetes/secret-writer.ts';
import { AUTHORITY_SECRET, GATEWAY_SECRET } from './push/certificates.ts';
import { SETTINGS } from './settings.ts';

const GROUP_VERSION = `${API_GROUP}/${API_VERSION}`;
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const LEASE = 'flashback-operator';
const LEASE_MS = 15_000;
const SNAPSHOT_PART = /^flashback-snapshot-\d+$/;

export interface DoctorFacts {
  version: Fact<string>;
  kinds: Fact<ReadonlyMap<string, Crd>>;
  lease: Fact<LeaseFact | undefined>;
  releases: Fact<readonly ReleaseFact[]>;
  gateways: Fact<GatewaysFact>;
  certificates: Fact<CertificateFact>;
  bootSnapshot: Fact<readonly SnapshotPart[]>;
  namespaces: Fact<readonly NamespaceFact[]>;
  objects: Fact<readonly AnyResource[]>;
  keySecrets: Fact<readonly KeySecretFact[]>;
  metrics: Fact<string>;
}

/** `right`: what it takes to read it, in words of RBAC. Throws what is no answer of the API server. */
async function fact<T>(right: string, read: () => Promise<T>): Promise<Fact<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!(error instanceof KubernetesError)) throw error;
    if (error.code === 401 || error.code === 403) return { problem: 'forbidden', message: `this needs ${right}` };
    return { problem: 'unreachable', message: error.message };
  }
}

async function optional<T>(read: Promise<T>): Promise<T | undefined> {
  return read.catch((error: unknown) => {
    if (hasCode(error, 404)) return undefined;
    throw error;
  });
}

/** The CRDs that this version brings. */
export async function bundledKinds(directory: URL): Promise<Crd[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith('.yaml')).toSorted();
  return Promise.all(names.map(async (name) => load(await readFile(new URL(name, directory), 'utf8')) as Crd));
}

function leaseFact(lease: Lease): LeaseFact {
  const renewedAt = Date.parse(lease.spec?.renewTime ?? '');
  const failingSince = lease.metadata.annotations?.[ANNOTATIONS.ledgerFailingSince];
  return {
    holder: holderOf(lease),
    renewedAt,
    duration: durationOf(lease, LEASE_MS),
    transitions: transitionsOf(lease),
    ledgerFailingSince: failingSince === undefined ? undefined : Date.parse(failingSince),
  };
}

async function readLease(client: KubeClient, namespace: string): Promise<LeaseFact | undefined> {
  const lease = await optional(
    client.request<Lease>({ method: 'GET', path: objectPath('coordination.k8s.io/v1', 'leases', { namespace, name: LEASE }) }),
  );
  return lease && leaseFact(lease);
}

/** Each release has a lease of this name in a namespace of its own. */
async function readReleases(client: KubeClient, now: number): Promise<ReleaseFact[]> {
  const leases = await listAll<Lease>(client, collectionPath('coordination.k8s.io/v1', 'leases'), { fieldSelector: `metadata.name=${LEASE}` });
  return leases.map((lease) => ({
    namespace: lease.metadata.namespace ?? '',
    leads: isHeld(leaseFact(lease), now),
    watched: lease.metadata.annotations?.[ANNOTATIONS.watched]?.split(','),
  }));
}

/** By their label. Who may not see Services is helped by the usual name. */
async function pushServices(client: KubeClient, namespace: string): Promise<string[]> {
  const query = { labelSelector: `${LABELS.push}=true` };
  const services = collectionPath('v1', 'services', namespace);
  const found = await listAll<KubeObject>(client, services, query, METADATA_LIST).catch((error: unknown) => {
    if (hasCode(error, 403)) return [];
    throw error;
  });
  return found.length === 0 ? [SETTINGS['gateway-service'].default] : found.map(({ metadata: { name } }) => name);
}

/** `service`: undefined where it is to be found. */
async function readGateways(client: KubeClient, namespace: string, service: string | undefined): Promise<GatewaysFact> {
  const services = service === undefined ? await pushServices(client, namespace) : [service];
  const query = { labelSelector: `kubernetes.io/service-name in (${services.join(',')})` };
  const slices = await listAll<EndpointSlice>(client, collectionPath('discovery.k8s.io/v1', 'endpointslices', namespace), query);
  return { service: services.join(', '), endpoints: toGatewayEndpoints(slices, 'push') };
}

/** Certificates only: the private keys beside them are let go at once. */
async function readCertificates(client: KubeClient, namespace: string): Promise<CertificateFact> {
  const read = (name: string) =>
    optional(client.request<KubeSecret>({ method: 'GET', path: objectPath('v1', 'secrets', { namespace, name }) }));
  const [authority, gateway] = await Promise.all([read(AUTHORITY_SECRET), read(GATEWAY_SECRET)]);
  const pem = (secret: KubeSecret | undefined, name: string): string | undefined => {
    const value = secret?.data?.[name];
    return value === undefined ? undefined : Buffer.from(value, 'base64').toString();
  };
  return { authority: pem(authority, 'ca.crt'), trusted: pem(gateway, 'ca.crt'), gateway: pem(gateway, 'tls.crt') };
}

async function readParts(client: KubeClient, namespace: string): Promise<SnapshotPart[]> {
  const query = { labelSelector: `${LABELS.managedBy}=${MANAGED_BY}` };
  const named = await listAll<KubeSecret>(client, collectionPath('v1', 'secrets', namespace), query, METADATA_LIST);
  const parts = named.filter(({ metadata }) => SNAPSHOT_PART.test(metadata.name));
  return Promise.all(
    parts.map(async ({ metadata: { name, managedFields = [] } }) => {
      const secret = await optional(client.request<KubeSecret>({ method: 'GET', path: objectPath('v1', 'secrets', { namespace, name }) }));
      const times = managedFields.map(({ time }) => Date.parse(String(time))).filter((time) => !Number.isNaN(time));
      return {
        name,
        bytes: Buffer.from(secret?.data?.['part'] ?? '', 'base64'),
        writtenAt: times.length === 0 ? undefined : Math.max(...times),
      };
    }),
  );
}

async function readKinds(client: KubeClient, wanted: readonly Crd[]): Promise<Map<string, Crd>> {
  const found = await Promise.all(
    wanted.map(({ metadata: { name } }) => optional(client.request<Crd>({ method: 'GET', path: `${CRDS}/${name}` }))),
  );
  return new Map(found.flatMap((crd) => (crd === undefined ? [] : [[crd.metadata.name, crd] as const])));
}

async function readObjects(client: KubeClient): Promise<AnyResource[]> {
  const kinds = Object.entries(KINDS) as [Kind, string][];
  // Items of a list name no kind.
  const lists = kinds.map(async ([kind, plural]) => {
    const items = await optional(listAll<AnyResource>(client, collectionPath(GROUP_VERSION, plural)));
    return (items ?? []).map((item) => ({ ...item, kind }) as AnyResource);
  });
  return (await Promise.all(lists)).flat();
}

async function readKeySecrets(client: KubeClient): Promise<KeySecretFact[]> {
  const secrets = await listAll<KubeSecret>(client, collectionPath('v1', 'secrets'), { labelSelector: LABELS.repository }, METADATA_LIST);
  return secrets.map((secret) => ({
    key: { namespace: secret.metadata.namespace ?? '', name: secret.metadata.name },
    ownerUid: controllerUid(secret),
  }));
}

/** Reads all facts. `namespace`: that of the release; `service`: name of the headless Service of the gateways; undefined: by its label. */
export async function readFacts(
  client: KubeClient,
  options: { namespace: string; service: string | undefined; wanted: readonly Crd[]; now: number },
): Promise<DoctorFacts> {
  const { namespace, service, wanted, now } = options;
  const get = <T>(path: string) => client.request<T>({ method: 'GET', path });
  const namespaces = () => listAll<KubeNamespace>(client, '/api/v1/namespaces', {}, METADATA_LIST);
  const [version, kinds, lease, releases, gateways, certificates, bootSnapshot, namespaceFacts, objects, keySecrets] = await Promise.all([
    fact('get on /version', async () => (await get<{ gitVersion: string }>('/version')).gitVersion),
    fact('get on customresourcedefinitions.apiextensions.k8s.io', () => readKinds(client, wanted)),
    fact(`get on leases.coordination.k8s.io in ${namespace}`, () => readLease(client, namespace)),
    fact('list on leases.coordination.k8s.io in all namespaces', () => readReleases(client, now)),
    fact(`list on endpointslices.discovery.k8s.io in ${namespace}`, () => readGateways(client, namespace, service)),
    fact(`get on secrets in ${namespace}`, () => readCertificates(client, namespace)),
    fact(`get and list on secrets in ${namespace}`, () => readParts(client, namespace)),
    fact('list on namespaces', async () => (await namespaces()).map(({ metadata: { name, labels = {} } }) => ({ name, labels }))),
    fact('list on aillmconfigs, repositories and aipolicies of ai.flashback.tech in all namespaces', () => readObjects(client)),
    fact('list on secrets in all namespaces', () => readKeySecrets(client)),
  ]);
  // Last: by then Secrets have been read, which an API server that decrypts them has counted.
  const metrics = await fact('get on the path /metrics of the API server', () =>
    client.text({ method: 'GET', path: '/metrics', accept: 'text/plain' }),
  );
  return { version, kinds, lease, releases, gateways, certificates, bootSnapshot, namespaces: namespaceFacts, objects, keySecrets, metrics };
}
