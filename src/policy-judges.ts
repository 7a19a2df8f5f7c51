// Who judges for `flashback policy test`: the model that the environment names, or that of a policy by the manifests given with it.
import { keyOf, referredKey } from './api/resources.ts';
import { newId } from './gateway/new-id.ts';
import type { Ask } from './policy/judge/model-judge.ts';
import { UNSET, type Manifests, type PolicyManifest } from './policy-manifests.ts';
import { ModelAsker } from './providers/ask.ts';
import { PROVIDERS, SUPPORTED_TYPES } from './providers/index.ts';
import { podIdentityPolicy } from './providers/pod-identity.ts';
import { readSecrets } from './reconcile/llm-secrets.ts';
import { admit, providerOf } from './reconcile/llm-target.ts';
import { SettingsError } from './settings.ts';
import type { SnapshotProvider } from './snapshot/snapshot.ts';
import { refuseEndpoint } from './providers/addresses.ts';

export interface Asker {
  /** For the report; never holds a credential. */
  name: string;
  ask: Ask;
}

type Environment = Record<string, string | undefined>;

const TIMEOUTS = { connect: 10_000, response: 60_000, idle: 60_000 };
/** On the machine of an author, a model server beside it is a legitimate judge. */
const ADDRESSES = { allowLoopback: true };

/** Undefined: the environment names none. Throws SettingsError where it names half of one. */
function fromEnvironment({
  JUDGE_BASE_URL: base,
  JUDGE_MODEL: model,
  JUDGE_API_KEY: key,
}: Environment): { target: SnapshotProvider; model: string } | undefined {
  if (base === undefined || base === '') {
    if (model !== undefined && model !== '')
      throw new SettingsError('JUDGE_MODEL names a model, but JUDGE_BASE_URL does not say where it is; set both.');
    return undefined;
  }
  if (model === undefined || model === '') throw new SettingsError('JUDGE_BASE_URL is set, but JUDGE_MODEL names no model; set both.');
  if (!URL.canParse(base)) throw new SettingsError('JUDGE_BASE_URL is no URL; write it like https://models.example.com/v1.');
  const target: SnapshotProvider = {
    generation: 1,
    type: 'Other',
    endpoint: base.replace(/\/+$/, ''),
    ...(key === undefined || key === '' ? {} : { credential: { secret: key } }),
    timeouts: TIMEOUTS,
    headers: [],
  };
  return { target, model };
}

async function fromManifests({ llms, secrets }: Omit<Manifests, 'policies'>, { manifest }: Pick<PolicyManifest, 'manifest'>) {
  const { metadata, spec } = manifest;
  if (spec.judge === undefined) return undefined;
  const key = keyOf(referredKey(metadata.namespace, spec.judge.llmRef));
  const config = llms.get(key);
  if (config === undefined) return undefined;
  const admitted = admit(config, {
    supportedTypes: SUPPORTED_TYPES,
    checkEndpoint: (url) => refuseEndpoint(url, ADDRESSES),
    mayUsePodIdentity: podIdentityPolicy([]),
  });
  if ('refusal' in admitted) throw new SettingsError(`AILLMConfig ${key}: ${admitted.refusal.message}.`);
  const store = {
    getSecret: async (name: { namespace: string; name: string }) => {
      const secret = secrets.get(keyOf(name));
      return secret === undefined ? undefined : { uid: '', resourceVersion: '', labels: {}, annotations: {}, data: secret.data };
    },
  };
  const read = await readSecrets(store, config);
  // Other keys of the Secret are nobody's business here.
  if (!('problem' in read) && JSON.stringify([read.credential, read.ca]).includes(UNSET)) return undefined;
  const flaw = 'problem' in read ? read.problem.message : read.flaw;
  if ('problem' in read || flaw !== undefined) throw new SettingsError(`AILLMConfig ${key}: ${flaw}.`);
  return { name: `${key} ${spec.judge.model}`, target: providerOf(config, admitted.endpoint, read), model: spec.judge.model };
}

/** For each policy who judges; undefined: nobody. Throws SettingsError where a judge is named and cannot be asked. */
export function judgeAskers(
  manifests: Omit<Manifests, 'policies'>,
  env: Environment,
): (policy: PolicyManifest['manifest']) => Promise<Asker | undefined> {
  const asker = new ModelAsker({ providers: PROVIDERS, addresses: ADDRESSES, now: Date.now, newId });
  const over = (name: string, target: SnapshotProvider, model: string): Asker => ({
    name,
    ask: (body, signal) => asker.ask(target, model, body, signal),
  });
  const standard = fromEnvironment(env);
  return async (manifest) => {
    if (standard !== undefined)
      return over(`${standard.model} at ${new URL(standard.target.endpoint).host}`, standard.target, standard.model);
    const own = await fromManifests(manifests, { manifest });
    return own === undefined ? undefined : over(own.name, own.target, own.model);
  };
}
