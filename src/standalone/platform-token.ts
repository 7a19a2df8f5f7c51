// The one token of the Platform API where there is no cluster: made at the first start, kept in a file that only its owner can read.
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import type { Access } from '../platform/operation.ts';
import type { Authenticator } from '../platform/session.ts';

const OWNER_ONLY_FILE = 0o600;
const FORM = /^[A-Za-z0-9_-]{43}$/;

/** Who has it may do everything, as there is nobody else. */
const EVERYTHING: Access = { may: async () => true, demand: async () => undefined, namespaces: async (_verb, _resource, among) => among ?? 'all' };

/** Reads the token, or makes one where there is none, or none that is whole. */
export async function platformToken(path: string): Promise<string> {
  const kept = (await readFile(path, 'utf8').catch(() => '')).trim();
  const token = FORM.test(kept) ? kept : randomBytes(32).toString('base64url');
  if (token !== kept) await writeFile(path, `${token}\n`, { mode: OWNER_ONLY_FILE });
  await chmod(path, OWNER_ONLY_FILE);
  return token;
}

export function tokenAuthenticator(token: string): Authenticator {
  const digest = (text: string): Buffer => hash('sha256', text, 'buffer');
  const expected = digest(token);
  return {
    authenticate: async (given) => (timingSafeEqual(digest(given), expected) ? { caller: { name: 'owner', uid: '', groups: [] }, access: EVERYTHING } : undefined),
  };
}
