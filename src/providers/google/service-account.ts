// Reads the key of a service account, as Google Cloud hands it out in JSON. Keeps what signs and nothing else: a key file
// can also name URLs, local files and commands to get tokens from, and a tenant must not choose those for the gateway.
import { createPrivateKey } from 'node:crypto';
import { isVertexEndpoint } from './endpoint.ts';

export interface ServiceAccount {
  email: string;
  privateKey: string;
}

/** A Secret with a key file, as opposed to an API key or an access token. */
export function isKeyFile(secret: string): boolean {
  return secret.trimStart().startsWith('{');
}

function parse(secret: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(secret) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

/** The account, or what is wrong with the file, in words without any of it. */
export function readServiceAccount(secret: string): ServiceAccount | { flaw: string } {
  const file = parse(secret);
  if (file === undefined) {
    return { flaw: 'the Secret holds JSON that is cut or broken; store the key file of the service account unchanged' };
  }
  const { type, client_email: email, private_key: privateKey } = file;
  if (type !== 'service_account') {
    return { flaw: 'the JSON in the Secret is no service account key; its member type must be service_account' };
  }
  if (typeof email !== 'string' || !/^[^\s@]+@[^\s@]+$/.test(email)) {
    return { flaw: 'the service account key has no client_email; store the key file unchanged' };
  }
  if (typeof privateKey !== 'string' || !isPrivateKey(privateKey)) {
    return { flaw: 'private_key of the service account key is no RSA key in PEM; store the key file unchanged' };
  }
  return { email, privateKey };
}

/** Why no request can be made with this value of a Secret, or undefined. */
export function googleCredentialFlaw(secret: string, endpoint: string): string | undefined {
  if (!isKeyFile(secret)) return undefined;
  if (!isVertexEndpoint(endpoint)) {
    const why = 'a service account key works with Vertex AI only';
    return `${why}; set spec.endpoint to its https URL with project and location, or store an API key`;
  }
  const account = readServiceAccount(secret);
  return 'flaw' in account ? account.flaw : undefined;
}
