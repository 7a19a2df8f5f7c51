// Certificates of a release: one authority, ECDSA P-256 throughout, and kinds of leaf that cannot stand in for each other: gateways may
// only serve, the operator may only call, and the Platform API is served under names of its own.
import 'reflect-metadata';
import { createPrivateKey, webcrypto, X509Certificate as NodeCertificate } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { GATEWAY_SERVER_NAME, OPERATOR_COMMON_NAME } from './names.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** The names that count are longer than a common name may be. */
const PLATFORM_COMMON_NAME = 'flashback-platform-api';
const DAY = 86_400_000;
const AUTHORITY_LIFETIME = 3650 * DAY;
const LEAF_LIFETIME = 90 * DAY;
/** Clocks of nodes differ. */
const BACKDATED = 5 * 60_000;

/** Certificate and private key (PKCS #8), both PEM. */
export interface PemPair {
  cert: string;
  key: string;
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  return PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), PemConverter.PrivateKeyTag);
}

async function importPair(key: string): Promise<webcrypto.CryptoKeyPair> {
  const privateKey = createPrivateKey(key);
  const usable = await webcrypto.subtle.importKey('pkcs8', privateKey.export({ type: 'pkcs8', format: 'der' }), ALGORITHM, true, ['sign']);
  const { d: _private, key_ops: _usages, ...jwk } = await webcrypto.subtle.exportKey('jwk', usable);
  return { privateKey: usable, publicKey: await webcrypto.subtle.importKey('jwk', jwk, ALGORITHM, true, ['verify']) };
}

/**
 * A self-signed authority for 10 years. With `key`, that key is kept, so that certificates issued before stay valid under
 * the new one and operator and gateways need not change over together.
 */
export async function issueAuthority(now: number, key?: string): Promise<PemPair> {
  const keys = key === undefined ? await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) : await importPair(key);
  const cert = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=flashback-push-ca',
    notBefore: new Date(now - BACKDATED),
    notAfter: new Date(now + AUTHORITY_LIFETIME),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: cert.toString('pem'), key: key ?? (await exportKey(keys.privateKey)) };
}

interface Leaf {
  name: string;
  usage: ExtendedKeyUsage;
  dns: string[];
}

async function issueLeaf(authority: PemPair, now: number, leaf: Leaf): Promise<PemPair> {
  const issuer = new X509Certificate(authority.cert);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const cert = await X509CertificateGenerator.create({
    subject: `CN=${leaf.name}`,
    issuer: issuer.subject,
    notBefore: new Date(now - BACKDATED),
    notAfter: new Date(now + LEAF_LIFETIME),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: (await importPair(authority.key)).privateKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([leaf.usage]),
      ...(leaf.dns.length === 0 ? [] : [new SubjectAlternativeNameExtension(leaf.dns.map((value) => ({ type: 'dns' as const, value })))]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return { cert: cert.toString('pem'), key: await exportKey(keys.privateKey) };
}

/** Server certificate that all gateways share, for 90 days. */
export function issueGatewayCertificate(authority: PemPair, now: number, namespace: string): Promise<PemPair> {
  const dns = [GATEWAY_SERVER_NAME, `${GATEWAY_SERVER_NAME}.${namespace}.svc`];
  return issueLeaf(authority, now, { name: GATEWAY_SERVER_NAME, usage: ExtendedKeyUsage.serverAuth, dns });
}

/** Client certificate that gateways take snapshots from, for 90 days. */
export function issueOperatorCertificate(authority: PemPair, now: number): Promise<PemPair> {
  return issueLeaf(authority, now, { name: OPERATOR_COMMON_NAME, usage: ExtendedKeyUsage.clientAuth, dns: [] });
}

/** Certificate of the Platform API, which goes by the names of its Service, for 90 days. */
export function issuePlatformCertificate(authority: PemPair, now: number, dns: readonly string[]): Promise<PemPair> {
  return issueLeaf(authority, now, { name: PLATFORM_COMMON_NAME, usage: ExtendedKeyUsage.serverAuth, dns: [...dns] });
}

/** Whether the pair belongs together, is from the authority (by itself where it is one) and valid at `now`. */
export function isUsablePair(pair: PemPair, authority: PemPair, now: number): boolean {
  try {
    const cert = new NodeCertificate(pair.cert);
    const issuer = new NodeCertificate(authority.cert);
    const valid = cert.validFromDate.getTime() <= now && now < cert.validToDate.getTime();
    return valid && cert.checkPrivateKey(createPrivateKey(pair.key)) && cert.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** When two thirds of a certificate's life are over: milliseconds since the epoch. */
export function renewalTime(cert: string): number {
  const { validFromDate, validToDate } = new NodeCertificate(cert);
  return validFromDate.getTime() + ((validToDate.getTime() - validFromDate.getTime()) * 2) / 3;
}
