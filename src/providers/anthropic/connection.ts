// Where Anthropic is and how requests authenticate there.
import type { SnapshotProvider } from '../../snapshot/snapshot.ts';

export const ANTHROPIC_ENDPOINT = 'https://api.anthropic.com/v1';
const VERSION = ['anthropic-version', '2023-06-01'];
/** Access tokens of OAuth; API keys begin with sk-ant-api. */
const ACCESS_TOKEN = /^sk-ant-oat/;
/** Without it access tokens are answered with "OAuth authentication is currently not supported". */
const ACCEPT_ACCESS_TOKENS = ['anthropic-beta', 'oauth-2025-04-20'];

/** Headers of every request, as a flat list of name, value. */
export function authorizeAnthropic(credential: SnapshotProvider['credential']): readonly string[] {
  if (credential === undefined) return [];
  const { secret } = credential;
  if (ACCESS_TOKEN.test(secret)) return ['authorization', `Bearer ${secret}`, ...VERSION, ...ACCEPT_ACCESS_TOKENS];
  return ['x-api-key', secret, ...VERSION];
}
