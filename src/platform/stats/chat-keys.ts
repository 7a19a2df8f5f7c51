// Which traffic comes from conversations of the Platform API: that of one key per repository, whose id follows from the repository. Pure.
import { createHash } from 'node:crypto';
import type { Objects } from '../operation.ts';

/** Of hexadecimal digits, as in the ids of all keys. */
const DIGITS = 12;

/** Id of the key that conversations of a repository are answered with. `uid`: of the repository. */
export function chatKeyId(uid: string): string {
  return `key_${createHash('sha256').update(`private chat ${uid}`).digest('hex').slice(0, DIGITS)}`;
}

/** Of all repositories there are, or of one. */
export function chatKeyIds(objects: Pick<Objects, 'list'>, repository?: string): string[] {
  return repository === undefined ? objects.list('Repository').map(({ metadata }) => chatKeyId(metadata.uid)) : [chatKeyId(repository)];
}
