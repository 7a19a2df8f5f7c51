import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AUTHORITY_SECRET, ensurePushSecrets, GATEWAY_SECRET, platformCertificate, succeedSecrets } from '../../src/push/certificates.ts';
import { issueAuthority } from '../../src/push/issue.ts';
import { MemorySecretFiles } from '../fake/secret-files.ts';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');

function setUp() {
  const files = new MemorySecretFiles();
  let now = START;
  const clock = { now: () => now, monotonic: () => now, setTimeout: () => ({ clear: () => {} }) };
  return {
    files,
    now: () => now,
    passDays: (days: number) => (now += days * DAY),
    ensure: () => ensurePushSecrets(files, { clock, namespace: 'flashback-system' }),
    stored: (name: string, file: string) => files.bundles.get(name)?.[file]?.toString() ?? '',
    snapshotKey: () => files.bundles.get(GATEWAY_SECRET)?.['snapshot.key']?.toString('hex'),
  };
}

describe('ensurePushSecrets', () => {
  it('makes an authority, a gateway certificate and an operator certificate that cannot stand in for each other', async () => {
    const { ensure, stored, files } = setUp();
    const secrets = await ensure();
    const authority = new X509Certificate(stored(AUTHORITY_SECRET, 'ca.crt'));
    const gateway = new X509Certificate(stored(GATEWAY_SECRET, 'tls.crt'));
    const operator = new X509Certificate(secrets.operator.cert);
    expect(secrets.ca).toBe(stored(GATEWAY_SECRET, 'ca.crt'));
    expect([authority.ca, gateway.ca, operator.ca]).toEqual([true, false, false]);
    expect(gateway.checkHost('flashback-gateway')).toBe('flashback-gateway');
    expect(gateway.checkHost('flashback-gateway.flashback-system.svc')).toBe('flashback-gateway.flashback-system.svc');
    expect(gateway.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(operator.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(operator.subject).toBe('CN=flashback-operator');
    for (const leaf of [gateway, operator]) {
      expect(leaf.checkIssued(authority) && leaf.verify(authority.publicKey)).toBe(true);
      expect(Math.round((leaf.validToDate.getTime() - START) / DAY)).toBe(90);
    }
    expect(Math.round((authority.validToDate.getTime() - START) / DAY)).toBe(3650);
    expect(secrets.snapshotKey.length).toBe(32);
    expect(Object.keys(files.bundles.get(GATEWAY_SECRET) ?? {})).not.toContain('ca.key');
  });

  it('reuses what is there', async () => {
    const { ensure, files } = setUp();
    const first = await ensure();
    const writes = files.journal.length;
    const second = await ensure();
    expect(files.journal.length).toBe(writes);
    expect(second.ca).toBe(first.ca);
    expect(second.snapshotKey).toEqual(first.snapshotKey);
  });

  it('renews the gateway certificate after two thirds of its 90 days, and keeps authority and snapshot key', async () => {
    const { ensure, stored, passDays, snapshotKey } = setUp();
    const first = await ensure();
    const [cert, key] = [stored(GATEWAY_SECRET, 'tls.crt'), snapshotKey()];
    expect(Math.round((first.renewAt - START) / DAY)).toBe(60);
    passDays(59);
    await ensure();
    expect(stored(GATEWAY_SECRET, 'tls.crt')).toBe(cert);
    passDays(1.1);
    const renewed = await ensure();
    expect(stored(GATEWAY_SECRET, 'tls.crt')).not.toBe(cert);
    expect(renewed.ca).toBe(first.ca);
    expect(snapshotKey()).toBe(key);
    expect(Math.round((renewed.renewAt - START) / DAY)).toBe(120);
  });

  it('renews the authority under the same key, so that certificates from before still verify', async () => {
    const { ensure, stored, passDays } = setUp();
    const first = await ensure();
    passDays(2500);
    const renewed = await ensure();
    expect(renewed.ca).not.toBe(first.ca);
    expect(stored(GATEWAY_SECRET, 'ca.crt')).toBe(renewed.ca);
    const authority = new X509Certificate(renewed.ca);
    const before = new X509Certificate(first.operator.cert);
    expect(before.checkIssued(authority) && before.verify(authority.publicKey)).toBe(true);
  });

  it('starts afresh when the authority is lost, damaged or expired', async () => {
    for (const spoil of ['lost', 'damaged', 'expired']) {
      const { ensure, files, stored, passDays, snapshotKey } = setUp();
      const first = await ensure();
      const key = snapshotKey();
      if (spoil === 'lost') files.bundles.delete(AUTHORITY_SECRET);
      if (spoil === 'damaged') files.bundles.set(AUTHORITY_SECRET, { 'ca.crt': Buffer.from(first.ca), 'ca.key': Buffer.from('no key') });
      if (spoil === 'expired') passDays(4000);
      const second = await ensure();
      expect(second.ca).not.toBe(first.ca);
      const authority = new X509Certificate(second.ca);
      expect(new X509Certificate(stored(GATEWAY_SECRET, 'tls.crt')).verify(authority.publicKey)).toBe(true);
      expect(snapshotKey()).toBe(key);
    }
  });

  it('uses what another operator wrote at the same moment', async () => {
    const { ensure, files, stored } = setUp();
    const theirs = await issueAuthority(START);
    const write = files.write.bind(files);
    files.write = async (name, data) => {
      await write(name, data);
      files.write = write;
      await write(AUTHORITY_SECRET, { 'ca.crt': Buffer.from(theirs.cert), 'ca.key': Buffer.from(theirs.key) });
    };
    const secrets = await ensure();
    expect(secrets.ca).toBe(theirs.cert);
    const authority = new X509Certificate(theirs.cert);
    expect(new X509Certificate(stored(GATEWAY_SECRET, 'tls.crt')).verify(authority.publicKey)).toBe(true);
    expect(new X509Certificate(secrets.operator.cert).verify(authority.publicKey)).toBe(true);
  });

  it('gives up when another operator replaces everything it writes', async () => {
    const { ensure, files } = setUp();
    files.write = async () => {};
    await expect(ensure()).rejects.toThrow(/keep changing/);
  });
});

describe('succeedSecrets', () => {
  it('keeps the certificate in use while it is good, and takes a new one when it is due', async () => {
    const { ensure, passDays, now } = setUp();
    const first = await ensure();
    passDays(59);
    const early = succeedSecrets(first, await ensure(), now());
    expect([early.operator, early.renewAt]).toEqual([first.operator, first.renewAt]);
    passDays(1.1);
    const due = succeedSecrets(early, await ensure(), now());
    expect(due.operator.cert).not.toBe(first.operator.cert);
    expect(due.renewAt).toBeGreaterThan(now());
  });

  it('takes a new one at once when the authority is another, and the snapshot key in any case', async () => {
    const { ensure, files, now } = setUp();
    const first = await ensure();
    files.bundles.delete(AUTHORITY_SECRET);
    const other = await ensure();
    expect(succeedSecrets(first, other, now())).toEqual(other);
    files.bundles.delete(GATEWAY_SECRET);
    const rekeyed = await ensure();
    const next = succeedSecrets(other, rekeyed, now());
    expect(next).toEqual({ ...other, snapshotKey: rekeyed.snapshotKey });
  });
});

describe('the certificate of the Platform API', () => {
  const NAMES = ['platform.release.svc', 'platform'];

  it('serves under the names of its Service, and stands in for nobody of the push channel', async () => {
    const { ensure } = setUp();
    const { authority } = await ensure();
    const made = await platformCertificate(undefined, authority, START, NAMES);
    const cert = new X509Certificate(made.cert);
    expect(cert.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
    expect(cert.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(['platform.release.svc', 'platform', 'flashback-gateway', 'flashback-operator'].map((name) => cert.checkHost(name))).toEqual([
      'platform.release.svc',
      'platform',
      undefined,
      undefined,
    ]);
  });

  it('is kept for two thirds of its life, and not under another authority', async () => {
    const { ensure } = setUp();
    const { authority } = await ensure();
    const made = await platformCertificate(undefined, authority, START, NAMES);
    expect(await platformCertificate(made, authority, START + 59 * DAY, NAMES)).toBe(made);
    expect(await platformCertificate(made, authority, START + 61 * DAY, NAMES)).not.toBe(made);
    const other = await issueAuthority(START);
    const next = await platformCertificate(made, other, START, NAMES);
    expect(new X509Certificate(next.cert).verify(new X509Certificate(other.cert).publicKey)).toBe(true);
  });

  it('survives a renewal of the authority, and so does what callers know it by', async () => {
    const { authority } = await setUp().ensure();
    const renewed = await issueAuthority(START + DAY, authority.key);
    const made = await platformCertificate(undefined, renewed, START + DAY, NAMES);
    expect(new X509Certificate(made.cert).checkIssued(new X509Certificate(authority.cert))).toBe(true);
    expect(new X509Certificate(made.cert).verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
  });
});
