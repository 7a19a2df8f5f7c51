// Certificates of a test cluster: one authority, a server certificate, client certificates that name a user and its groups.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type JsonGeneralNames,
  type JsonName,
  type X509Certificate,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

/** Both PEM. */
export interface Pair {
  cert: string;
  key: string;
}

export interface Identity {
  /** User name: the common name. */
  name: string;
  /** Groups: the organizations. */
  groups?: readonly string[];
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function pem(format: 'pkcs8' | 'spki', key: webcrypto.CryptoKey): Promise<string> {
  const tag = format === 'pkcs8' ? PemConverter.PrivateKeyTag : PemConverter.PublicKeyTag;
  return PemConverter.encode(await webcrypto.subtle.exportKey(format, key), tag);
}

function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - DAY), notAfter: new Date(Date.now() + 30 * DAY) };
}

/** Key pair for signing service account tokens, both PEM. */
export async function serviceAccountKeys(): Promise<{ publicKey: string; privateKey: string }> {
  const keys = await newKeys();
  return { publicKey: await pem('spki', keys.publicKey), privateKey: await pem('pkcs8', keys.privateKey) };
}

export class Authority {
  readonly #keys: webcrypto.CryptoKeyPair;
  readonly #cert: X509Certificate;

  private constructor(keys: webcrypto.CryptoKeyPair, cert: X509Certificate) {
    this.#keys = keys;
    this.#cert = cert;
  }

  static async create(name: string): Promise<Authority> {
    const keys = await newKeys();
    const extensions = [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)];
    const cert = await X509CertificateGenerator.createSelfSigned({ name: `CN=${name}`, ...validity(), signingAlgorithm: ALGORITHM, keys, extensions });
    return new Authority(keys, cert);
  }

  get pem(): string {
    return this.#cert.toString('pem');
  }

  serverCertificate(names: JsonGeneralNames): Promise<Pair> {
    return this.#issue([{ CN: ['kube-apiserver'] }], ExtendedKeyUsage.serverAuth, names);
  }

  clientCertificate({ name, groups = [] }: Identity): Promise<Pair> {
    return this.#issue([...groups.map((group) => ({ O: [group] })), { CN: [name] }], ExtendedKeyUsage.clientAuth, []);
  }

  async #issue(subject: JsonName, usage: ExtendedKeyUsage, names: JsonGeneralNames): Promise<Pair> {
    const keys = await newKeys();
    const cert = await X509CertificateGenerator.create({
      subject,
      issuer: this.#cert.subject,
      ...validity(),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      extensions: [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([usage]),
        ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
      ],
    });
    return { cert: cert.toString('pem'), key: await pem('pkcs8', keys.privateKey) };
  }
}
