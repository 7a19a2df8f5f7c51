// One check of a connection at once, for somebody who waits for it. What it says changes nothing: the reconciler goes by its own.
import type { AILLMConfig } from '../api/resources.ts';
import type { Verify } from './credentials.ts';
import { readSecrets, type SecretReader } from './llm-secrets.ts';
import { admit, providerOf, type Admission } from './llm-target.ts';
import { SecretForbiddenError } from './store.ts';

export interface CheckNowOptions extends Admission {
  store: SecretReader;
  verify: Verify;
}

export interface CheckAnswer {
  verdict: 'valid' | 'invalid' | 'unknown';
  /** For a person; holds nothing of the credential. */
  reason: string;
}

function unknown(reason: string): CheckAnswer {
  return { verdict: 'unknown', reason };
}

/** Never rejects but with what the store says, unless it is that the Secret may not be read. */
export async function checkNow(config: AILLMConfig, { store, verify, ...admission }: CheckNowOptions, signal: AbortSignal): Promise<CheckAnswer> {
  const admitted = admit(config, admission);
  if ('refusal' in admitted) return unknown(admitted.refusal.message);
  const secrets = await readSecrets(store, config).catch((error: unknown) => {
    if (!(error instanceof SecretForbiddenError)) throw error;
    return { problem: { message: error.message } };
  });
  if ('problem' in secrets) return unknown(secrets.problem.message);
  if (secrets.flaw !== undefined) return { verdict: 'invalid', reason: secrets.flaw };
  const answer = await verify(providerOf(config, admitted.endpoint, secrets), signal).catch(() => undefined);
  // The text of an unforeseen error could hold anything.
  if (answer === undefined) return unknown('the check itself failed');
  if (answer.verdict !== 'valid') return { verdict: answer.verdict, reason: answer.message };
  const count = answer.models.length;
  const listed = count === 0 ? 'it lists no models' : `it lists ${count} ${count === 1 ? 'model' : 'models'}`;
  const doubt = answer.proven ? '' : ', though it would accept any: only traffic will tell';
  return { verdict: 'valid', reason: `the provider accepts the credential${doubt}; ${listed}` };
}
