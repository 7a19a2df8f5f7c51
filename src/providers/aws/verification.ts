// Whether a credential is good at Bedrock, without a call that costs anything.
import type { Probe, UpstreamError, Verification } from '../provider.ts';
import { isRefusal, refused, undecided, type ProbeAnswer } from '../verdicts.ts';
import { isClockSkew, readAwsError, refusesAwsCredential } from './error.ts';
import { AwsCredentialError } from './credential.ts';
import { conversePath } from './endpoint.ts';

/**
 * A chat with a model that does not exist: AWS looks at the signature first, and no model runs. It needs no other host than
 * traffic does, and no more permissions. The list of models is on another host, and it lacks the inference profiles that most
 * models are called by, so none is given and any model may be asked for.
 */
const CHECK = { method: 'POST', path: conversePath('flashback-credential-check', false), body: '{}' } as const;
const HINT = '; is spec.endpoint the address of bedrock-runtime?';

function errorOf({ status, headers, body }: ProbeAnswer): UpstreamError {
  return readAwsError(status, body, headers['x-amzn-errortype']);
}

/** Told by AWS, after it knew who asks. */
function isKnown({ status }: ProbeAnswer, { code }: UpstreamError): boolean {
  if (code === null) return false;
  return status === 400 || status === 404 || (status === 403 && code === 'AccessDeniedException');
}

/** Whether a credential is good at Bedrock; one that cannot even be used is not. */
export async function verifyAws(probe: Probe): Promise<Verification> {
  try {
    return await verifyByUnknownModel(probe);
  } catch (error) {
    if (error instanceof AwsCredentialError) return { verdict: 'invalid', message: error.message };
    throw error;
  }
}

async function verifyByUnknownModel(probe: Probe): Promise<Verification> {
  const answer = await probe({ ...CHECK, credential: 'given' });
  const error = errorOf(answer);
  if (refusesAwsCredential(answer.status, error)) return refused(answer, () => error);
  if (isClockSkew(error)) return undecided(answer, () => ({ ...error, message: `${error.message} (the clock of this machine is wrong)` }));
  if (!isKnown(answer, error)) return undecided(answer, () => error, HINT);
  return { verdict: 'valid', models: [], proven: isRefusal(await probe({ ...CHECK, credential: 'wrong' })) };
}
