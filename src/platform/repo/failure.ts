// Failures of repositories say what went wrong a second time, by the names that clients of repositories read.
import { NameTakenError } from '../changes.ts';
import { ApiError } from '../operation.ts';

/** The codes that can come up here; others that clients know are about buckets. */
export type RepoErrorCode = 'SUCCESS' | 'NOT_FOUND' | 'NAME_ALREADY_USED';

export function repoFailure(error: unknown, message: string): { error_code?: RepoErrorCode; error_message: string } {
  const code = error instanceof NameTakenError ? 'NAME_ALREADY_USED' : error instanceof ApiError && error.status === 404 ? 'NOT_FOUND' : undefined;
  return { ...(code === undefined ? {} : { error_code: code }), error_message: message };
}
