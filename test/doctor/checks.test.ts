// What `flashback doctor` says of facts, as they are and as they are when something is wrong.
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AnyResource } from '../../src/api/resources.ts';
import { bundledKinds } from '../../src/doctor-reading.ts';
import { checkKinds, checkServer, type Crd } from '../../src/doctor/api-server.ts';
import { checkEncryption } from '../../src/doctor/encryption.ts';
import { duration, firstNames, type Finding } from '../../src/doctor/finding.ts';
import { checkKeySecrets, checkNamespaces, checkObjects } from '../../src/doctor/objects.ts';
import { checkBootSnapshot, checkCertificates, checkGateways, checkLease, checkLedger, type LeaseFact } from '../../src/doctor/release.ts';
import { checkReleases, type ReleaseFact } from '../../src/doctor/releases.ts';
import { exitCode, jsonReport, textReport } from '../../src/doctor/report.ts';
import { issueAuthority, issueGatewayCertificate, type PemPair } from '../../src/push/issue.ts';
import { sealSnapshot } from '../../src/snapshot/seal.ts';
import { Harness } from '../reconcile/harness.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const DAY = 86_400_000;
const FORBIDDEN = { problem: 'forbidden', message: 'this needs a right' } as const;
const brief = ({ status, message }: Finding): string => `${status}: ${message}`;

describe('the API server', () => {
  it.each([
    ['v1.36.3', 'ok'],
    ['v1.29.0-eks-1', 'ok'],
    ['v1.28.15', 'fail'],
    ['v2.0.0', 'ok'],
    ['who knows', 'unknown'],
  ])('%s is %s', (version, status) => {
    expect(checkServer({ value: version }).status).toBe(status);
  });

  it('fails where it does not answer, as nothing else can be known then', () => {
    expect(brief(checkServer({ problem: 'unreachable', message: 'GET /version: ECONNREFUSED' }))).toBe('fail: GET /version: ECONNREFUSED');
  });
});

describe('the kinds', () => {
  let wanted: Crd[];
  const installed = (change: (crds: Crd[]) => void = () => {}): Finding => {
    const crds = structuredClone(wanted);
    change(crds);
    return checkKinds(wanted, { value: new Map(crds.map((crd) => [crd.metadata.name, crd])) });
  };
  beforeAll(async () => {
    wanted = await bundledKinds(new URL('../../crds/', import.meta.url));
  });

  it('are well with what the API server adds by itself', () => {
    expect(installed((crds) => Object.assign(crds[0]!.spec, { conversion: { strategy: 'None' } })).status).toBe('ok');
  });
  it('are missed by name', () => {
    expect(brief(installed((crds) => crds.pop()))).toMatch(/^fail: not installed: repositories\./);
    expect(brief(checkKinds(wanted, { value: new Map() }))).toMatch(
      /^fail: not installed: aillmconfigs\.\S+, aipolicies\.\S+, aireferencegrants\.\S+, repositories/,
    );
  });
  it('come with the chart, and over what Helm has written only by force', () => {
    const { fix } = checkKinds(wanted, { value: new Map() });
    expect(fix).toMatch(/^helm upgrade .*; without Helm kubectl apply --server-side --force-conflicts -f crds\//);
  });
  it('differ where a field of the schema is one more, one less or another', () => {
    type Open = { openAPIV3Schema: { properties: { spec: { properties: Record<string, unknown> } } } };
    const fields = (crds: Crd[]) => (crds[0]!.spec.versions[0]!.schema as Open).openAPIV3Schema.properties.spec.properties;
    expect(brief(installed((crds) => (fields(crds)['later'] = { type: 'string' })))).toMatch(/^fail: .*another form.*: aillmconfigs\.\S+$/);
    expect(installed((crds) => delete fields(crds)['type']).status).toBe('fail');
    expect(installed((crds) => Object.assign(crds[1]!.spec.versions[0]!, { served: false })).status).toBe('fail');
  });
  it('are unknown to who may not look', () => {
    expect(checkKinds(wanted, FORBIDDEN)).toMatchObject({ status: 'unknown', message: 'this needs a right' });
  });
});

describe('the lease', () => {
  const lease: LeaseFact = { holder: 'pod-1', renewedAt: NOW - 3_000, duration: 15_000, transitions: 2 };
  it.each<[string, LeaseFact | undefined, string]>([
    ['fresh', lease, 'ok: pod-1 leads and renewed the lease 3 seconds ago; leadership has moved 2 times'],
    [
      'ahead of the clock here',
      { ...lease, renewedAt: NOW + 60_000 },
      'ok: pod-1 leads and renewed the lease 0 seconds ago; leadership has moved 2 times',
    ],
    ['old', { ...lease, renewedAt: NOW - 180_000 }, 'fail: pod-1 leads, but has not renewed the lease for 3 minutes'],
    ['never renewed', { ...lease, renewedAt: Number.NaN }, 'fail: pod-1 leads, but has never renewed the lease'],
    ['given back', { ...lease, holder: '' }, 'fail: no operator leads: the last one has given the lease back'],
    ['absent', undefined, 'fail: no operator has ever led here: there is no lease'],
  ])('%s', (_, value, said) => {
    expect(brief(checkLease({ value }, NOW))).toBe(said);
  });
});

describe('other releases', () => {
  const release = (namespace: string, watched: string[] | undefined, leads = true): ReleaseFact => ({ namespace, leads, watched });
  const said = (...found: ReleaseFact[]): string => brief(checkReleases({ value: found }, 'own'));
  const WINS = 'each writes its own address into the keys there, and the last one wins';

  it.each<[string, ReleaseFact[], string]>([
    ['none', [release('own', ['a'])], 'ok: no other release leads in this cluster'],
    ['with namespaces of its own', [release('own', ['a']), release('b', ['c'])], 'ok: no other release watches the same namespaces; others are in b'],
    ['for one of ours', [release('own', ['a', 'd']), release('b', ['c', 'd'])], `fail: the one in b watches d as well: ${WINS}`],
    ['for all', [release('own', ['a']), release('b', ['*'])], `fail: the one in b watches a as well: ${WINS}`],
    ['for all, like ours', [release('own', ['*']), release('b', ['*'])], `fail: the one in b watches all namespaces as well: ${WINS}`],
    ['for what ours watches among all', [release('own', ['*']), release('b', ['c'])], `fail: the one in b watches c as well: ${WINS}`],
    ['gone or replaced', [release('own', ['a']), release('b', ['a'], false)], 'ok: no other release leads in this cluster'],
    ['silent', [release('own', ['a']), release('b', undefined)], 'unknown: there are other releases, and of those in b nobody says which namespaces they watch'],
    ['beside one that is silent itself', [release('own', undefined), release('b', ['a'])], 'unknown: there are other releases, and of those in own nobody says which namespaces they watch'],
  ])('%s', (_, found, sentence) => {
    expect(said(...found)).toBe(sentence);
  });

  it('are unknown to who may not look', () => {
    expect(checkReleases(FORBIDDEN, 'own')).toMatchObject({ status: 'unknown', message: 'this needs a right' });
  });
});

describe('the ledger', () => {
  const lease: LeaseFact = { holder: 'pod-1', renewedAt: NOW, duration: 15_000, transitions: 2 };
  const since = (ms: number): LeaseFact => ({ ...lease, ledgerFailingSince: NOW - ms });
  const behind = 'usage and statistics are behind; gateways keep what they have to tell';
  it.each<[string, LeaseFact | undefined, string]>([
    ['written', lease, 'ok: the operator that leads can write the ledger, or has none'],
    ['away for a moment', since(30_000), `warn: nothing has got into the ledger for 30 seconds: ${behind}`],
    ['away', since(7_500_000), `fail: nothing has got into the ledger for 2 hours: ${behind}`],
    ['said by nobody', { ...since(7_500_000), holder: '' }, 'unknown: no operator leads that could say so'],
    ['of a release that never ran', undefined, 'unknown: no operator leads that could say so'],
  ])('%s', (_, value, said) => {
    expect(brief(checkLedger({ value }, NOW))).toBe(said);
  });

  it('is unknown to who may not see the lease', () => {
    expect(checkLedger(FORBIDDEN, NOW)).toMatchObject({ status: 'unknown', message: 'this needs a right' });
  });
});

describe('gateways', () => {
  it.each([
    ['all ready', [true, true], false, 'ok'],
    ['one not ready', [true, false], false, 'warn'],
    ['none ready', [false, false], true, 'fail'],
    ['none at all', [], false, 'fail'],
    ['none known to the Service, yet served', [], true, 'warn'],
  ] as const)('%s', (_, ready, isProgrammed, status) => {
    expect(checkGateways({ value: { service: 'push', endpoints: ready.map((one) => ({ ready: one })) } }, isProgrammed).status).toBe(status);
  });
});

describe('certificates of the push channel', () => {
  let authority: PemPair;
  let other: PemPair;
  let gateway: PemPair;
  beforeAll(async () => {
    authority = await issueAuthority(NOW);
    other = await issueAuthority(NOW);
    gateway = await issueGatewayCertificate(authority, NOW, 'flashback-system');
  });
  const check = (days: number, change: object = {}): string =>
    brief(
      checkCertificates(
        { value: { authority: authority.cert, trusted: authority.cert, gateway: gateway.cert, ...change } },
        NOW + days * DAY,
      ),
    );

  it('are told by how long they are valid, and are to be renewed before they end', () => {
    expect(check(1)).toBe('ok: the certificates of the push channel are valid for 89 days');
    expect(check(59)).toMatch(/^ok/);
    expect(check(70)).toBe('warn: the certificate of the gateways is valid for 20 days and should have been renewed');
    expect(check(91)).toBe('fail: a certificate of the push channel ended 1 day ago');
  });
  it('fail when they are missing or no certificates', () => {
    expect(check(1, { gateway: undefined })).toMatch(/^fail: .*missing or incomplete/);
    expect(check(1, { gateway: 'rubbish' })).toMatch(/^fail: .*cannot be read/);
  });
  it('need no authority in the cluster, but the same one if it is there', () => {
    expect(check(1, { authority: undefined })).toMatch(/^ok/);
    expect(check(1, { authority: other.cert })).toMatch(/^warn/);
  });
});

describe('the boot snapshot', () => {
  it('is complete or fails', async () => {
    const harness = new Harness();
    await harness.start();
    const [part] = sealSnapshot(harness.snapshot(), randomBytes(32));
    const stored = { name: 'flashback-snapshot-0', bytes: Buffer.from(part!), writtenAt: NOW - 2 * DAY };
    expect(brief(checkBootSnapshot({ value: [stored] }, NOW))).toMatch(
      /^ok: the boot snapshot is complete: revision \d+ in 1 Secret, written 2 days ago$/,
    );
    expect(checkBootSnapshot({ value: [] }, NOW).status).toBe('fail');
    expect(checkBootSnapshot({ value: [{ ...stored, bytes: Buffer.from('x') }] }, NOW).status).toBe('fail');
    const ofTwo = Buffer.from(part!);
    ofTwo.writeUInt16BE(2, 39);
    expect(brief(checkBootSnapshot({ value: [{ ...stored, bytes: ofTwo }] }, NOW))).toMatch(/^fail: .*incomplete/);
  });
});

function object(kind: AnyResource['kind'], name: string, reason: string, changes: { generation?: number; age?: number } = {}): AnyResource {
  const { generation = 1, age = DAY } = changes;
  const status = reason === 'Succeeded' ? 'True' : 'False';
  const metadata = { name, namespace: 'team', uid: `uid-${name}`, generation, creationTimestamp: new Date(NOW - age).toISOString() };
  const conditions = reason === '' ? [] : [{ type: 'Ready', status, reason, message: 'm', lastTransitionTime: '' }];
  return { kind, metadata, spec: {}, status: { observedGeneration: reason === '' ? -1 : 1, conditions } } as unknown as AnyResource;
}

describe('objects', () => {
  const check = (...objects: AnyResource[]): string => brief(checkObjects({ value: objects }, NOW)[1]!);
  const good = object('Repository', 'good', 'Succeeded');

  it('are counted by reason with the first five names, the most frequent reason first', () => {
    const broken = Array.from({ length: 7 }, (_, index) => object('Repository', `r${index}`, 'LLMNotFound'));
    expect(check(good, object('Repository', 'k', 'KeySecretConflict'), ...broken)).toBe(
      'warn: 8 of 9 are not Ready: 7 LLMNotFound (team/r0, team/r1, team/r2, team/r3, team/r4 and 2 more); 1 KeySecretConflict (team/k)',
    );
  });
  it('are well when they are Ready, suspended or new', () => {
    expect(check(good, object('Repository', 's', 'Suspended'), object('Repository', 'n', '', { age: 5_000 }))).toBe(
      'ok: all 3 are Ready, suspended or new',
    );
    expect(check()).toBe('ok: there is no Repository yet');
  });
  it('fail where the installation is at fault, nobody looks, or none of a kind is Ready', () => {
    expect(check(good, object('Repository', 'g', 'NoGateways'))).toMatch(/^fail: 1 of 2/);
    expect(check(good, object('Repository', 'u', ''))).toBe('fail: 1 of 2 are not Ready: 1 not looked at (team/u)');
    expect(check(good, object('Repository', 'u', 'Succeeded', { generation: 2 }))).toMatch(/^fail: .*not looked at/);
    expect(check(object('Repository', 'x', 'LLMNotFound'))).toMatch(/^fail: 1 of 1/);
    expect(checkObjects({ value: [object('Repository', 'u', '')] }, NOW)[1]?.fix).toContain('--watch-namespaces');
  });
  it('each kind by itself', () => {
    expect(
      checkObjects({ value: [good, object('AIPolicy', 'p', 'JudgeMissing')] }, NOW).map(({ check: name, status }) => `${name} ${status}`),
    ).toEqual(['aillmconfigs ok', 'repositories ok', 'aipolicies fail']);
  });
});

describe('namespaces and key Secrets', () => {
  it('say what organizations there are, and fail where the operator cannot see them', () => {
    const value = [
      { name: 'a', labels: { 'ai.flashback.tech/organization': 'x', 'ai.flashback.tech/organization-home': 'true' } },
      { name: 'b', labels: {} },
    ];
    expect(brief(checkNamespaces({ value }, { value: [] }))).toMatch(/^ok: 2 namespaces .* 2 organizations, 1 are a home/);
    expect(checkNamespaces(FORBIDDEN, { value: [] }).status).toBe('unknown');
    expect(checkNamespaces(FORBIDDEN, { value: [object('Repository', 'r', 'OrganizationUnknown')] }).status).toBe('fail');
  });
  it('name the Secrets whose Repository is gone, was made anew, or never owned them', () => {
    const repositories = { value: [object('Repository', 'good', 'Succeeded'), object('AIPolicy', 'p', 'Succeeded')] };
    const secret = (name: string, ownerUid: string | undefined) => ({ key: { namespace: 'team', name }, ownerUid });
    expect(checkKeySecrets({ value: [secret('a', 'uid-good')] }, repositories).status).toBe('ok');
    const value = [secret('a', 'uid-good'), secret('b', 'uid-gone'), secret('c', undefined), secret('d', 'uid-p')];
    expect(brief(checkKeySecrets({ value }, repositories))).toMatch(/^warn: 3 .*: team\/b, team\/c, team\/d$/);
    expect(checkKeySecrets({ value }, FORBIDDEN).status).toBe('unknown');
  });
});

describe('encryption at rest', () => {
  const METRIC = 'apiserver_storage_transformation_operations_total';
  const version = { value: 'v1.36.3' };
  const operations = (...lines: [type: string, prefix: string, count?: number][]): string =>
    lines
      .map(
        ([type, prefix, count = 3]) =>
          `${METRIC}{resource="secrets",status="OK",transformation_type="${type}",transformer_prefix="${prefix}"} ${count}`,
      )
      .join('\n');
  const CONFIGURED = 'apiserver_encryption_config_controller_last_config_info{apiserver_id_hash="a",hash="b"} 1';

  it.each([
    ['nothing is said of it', '', 'warn'],
    ['a provider writes', operations(['to_storage', 'k8s:enc:kms:v2:vault:']), 'ok'],
    ['a provider reads', operations(['from_storage', 'k8s:enc:aesgcm:v1:']), 'ok'],
    ['the key inside of the provider is counted too', operations(['to_storage', 'k8s:enc:secretbox:v1:'], ['to_storage', 'k1:']), 'ok'],
    ['old Secrets are still plain', operations(['to_storage', 'k8s:enc:aescbc:v1:'], ['from_storage', 'identity']), 'warn'],
    ['identity stands first', operations(['to_storage', ''], ['from_storage', 'k8s:enc:aescbc:v1:']), 'warn'],
    ['identity stands first, under its other name', `${CONFIGURED}\n${operations(['to_storage', 'identity'])}`, 'warn'],
    [
      'only other kinds are encrypted',
      `${CONFIGURED}\n${operations(['to_storage', 'k8s:enc:kms:v2:vault:']).replace('secrets', 'configmaps')}`,
      'unknown',
    ],
    ['nothing was written yet', `${CONFIGURED}\n${operations(['to_storage', 'k8s:enc:kms:v2:vault:', 0])}`, 'unknown'],
    ['the provider failed', `${CONFIGURED}\n${operations(['to_storage', 'k8s:enc:kms:v2:vault:']).replace('OK', 'Unknown')}`, 'unknown'],
  ])('when %s', (_, metrics, status) => {
    expect(checkEncryption(version, { value: metrics }).status).toBe(status);
  });

  it('is named by its provider', () => {
    expect(checkEncryption(version, { value: operations(['to_storage', 'k8s:enc:kms:v2:vault:']) }).message).toBe(
      'Secrets look encrypted at rest: kms v2',
    );
  });
  it('is known of managed clusters by what they promise, and of nobody else', () => {
    expect(checkEncryption({ value: 'v1.31.2-eks-7f9249a' }, { value: '' }).status).toBe('ok');
    expect(checkEncryption({ value: 'v1.27.9-eks-7f9249a' }, { value: '' }).status).toBe('warn');
    expect(checkEncryption({ value: 'v1.31.2-gke.100' }, { value: '' }).status).toBe('unknown');
    expect(checkEncryption(version, FORBIDDEN)).toMatchObject({
      status: 'unknown',
      message: expect.stringContaining('this needs a right') as string,
      fix: expect.stringContaining('docs/operations.md') as string,
    });
  });
});

describe('the report', () => {
  const findings: Finding[] = [
    { check: 'a', status: 'ok', message: 'well' },
    { check: 'longer', status: 'warn', message: 'not\u001b[31m so well', fix: 'do this' },
  ];
  it('is a line for each, its fix below, and the sums', () => {
    expect(textReport(findings)).toBe(
      'ok       a       well\nwarn     longer  not\uFFFD[31m so well\n                 -> do this\n\n1 ok, 1 warn, 0 fail, 0 unknown\n',
    );
  });
  it('is JSON for programs', () => {
    expect(JSON.parse(jsonReport(findings))).toEqual({ findings, summary: { ok: 1, warn: 1, fail: 0, unknown: 0 } });
  });
  it('ends with 1 only when something fails', () => {
    expect([exitCode(findings), exitCode([...findings, { check: 'x', status: 'fail', message: '' }])]).toEqual([0, 1]);
  });
  it('shortens times and lists', () => {
    expect([duration(0), duration(1_500), duration(3 * DAY)]).toEqual(['0 seconds', '1 second', '3 days']);
    expect(firstNames(['a', 'b'])).toBe('a, b');
  });
});
