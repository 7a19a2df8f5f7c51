// A key file as Google Cloud hands it out, with a private key that was made for this run.
import { generateKeyPairSync } from 'node:crypto';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
export const PRIVATE_KEY = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
export const EMAIL = 'caller@some-project.iam.gserviceaccount.com';

export function keyFile(changes: Record<string, unknown> = {}): string {
  const file = {
    type: 'service_account',
    project_id: 'some-project',
    private_key_id: '0123456789abcdef',
    private_key: PRIVATE_KEY,
    client_email: EMAIL,
    token_uri: 'https://elsewhere.example/token',
    ...changes,
  };
  return JSON.stringify(file, null, 2);
}

export const VERTEX = 'https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1';
