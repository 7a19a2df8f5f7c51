// A client certificate of our own authority that is not the operator's.
import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { ExtendedKeyUsage, ExtendedKeyUsageExtension, PemConverter, X509Certificate, X509CertificateGenerator } from '@peculiar/x509';
import type { PemPair } from '../../src/push/issue.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

export async function issueClientCertificate(authority: PemPair, name: string): Promise<PemPair> {
  const der = createPrivateKey(authority.key).export({ type: 'pkcs8', format: 'der' });
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const cert = await X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: new X509Certificate(authority.cert).subject,
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey: await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']),
    extensions: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
  });
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), PemConverter.PrivateKeyTag);
  return { cert: cert.toString('pem'), key };
}
