// All kinds of secrets in one: `secret` in a policy means any of them.
import type { Detector } from '../../types.ts';
import { inOrder } from '../spans.ts';
import { connectionString } from './connection-string.ts';
import { entropy } from './entropy.ts';
import { password } from './password.ts';
import { privateKey } from './private-key.ts';
import { bearer, jwt } from './tokens.ts';
import { vendorKey } from './vendor-key.ts';

export const SECRETS: readonly Detector[] = [vendorKey, privateKey, jwt, bearer, password, connectionString, entropy];

export const anySecret: Detector = {
  id: 'secret',
  title: 'secrets of any kind: keys, tokens, passwords and connection strings',
  maxSpan: Math.max(...SECRETS.map(({ maxSpan }) => maxSpan)),
  mayMatch: (text) => SECRETS.some((detector) => detector.mayMatch(text)),
  scan: (text) => inOrder(SECRETS.flatMap((detector) => (detector.mayMatch(text) ? detector.scan(text) : []))),
  holdFrom: (text) => Math.min(...SECRETS.map((detector) => detector.holdFrom?.(text) ?? text.length)),
};
