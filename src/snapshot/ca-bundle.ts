// What may stand as the CA of a provider: judged alike by the operator, who reports it, and by gateways, who refuse the object.
import { X509Certificate } from 'node:crypto';

/** OpenSSL skips over what it cannot read, and then trusts nobody: better said now than at every request. */
export function isCertificateBundle(pem: string): boolean {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  try {
    for (const block of blocks) new X509Certificate(block);
    return blocks.length > 0;
  } catch {
    return false;
  }
}
