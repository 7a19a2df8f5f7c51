// Asks a provider, now, whether it accepts the credential of a connection.
import { demandObject } from '../by-id.ts';
import type { Operation } from '../operation.ts';
import type { PlatformServices } from '../services.ts';
import { done } from '../wire.ts';

/** Milliseconds; providers that answer later are taken for ones that do not. */
const DEADLINE = 20_000;

export const validateAiLlm: Operation<PlatformServices, { id: string }> = {
  id: 'validateAiLlm',
  method: 'post',
  path: '/ai/llm/{id}/validate',
  tag: 'AI LLMs',
  summary: 'One real call to the provider, which costs nothing and changes nothing. Answers 200 in both cases: success tells them apart.',
  rights: 'get on aillmconfigs in the namespace.',
  // Each asks a provider, whose own limits are for traffic.
  limits: { atOnce: { perCaller: 2, inAll: 16 }, rate: { burst: 30, perMinute: 60 } },
  answer: done({}, ['message']),
  errors: { 403: 'No right to see it.', 404: 'There is none with this id.' },
  async handle({ params, access }, { objects, credentials }) {
    const config = await demandObject('AILLMConfig', params.id, { verb: 'get' }, { access, objects });
    const { verdict, reason } = await credentials.check(config, AbortSignal.timeout(DEADLINE));
    return { success: verdict === 'valid', message: reason };
  },
};
