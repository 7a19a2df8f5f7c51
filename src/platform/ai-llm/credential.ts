// Where the credential of a connection goes: into a Secret that belongs to it, and from there to one origin. Pure.
import type { AILLMConfig } from '../../api/resources.ts';
import { ApiError } from '../operation.ts';
import { AI_TYPES, type AiType } from '../wire.ts';

type Spec = AILLMConfig['spec'];

/** What may be said about a connection; null and the empty text say nothing. */
export interface LlmInput {
  aiType?: AiType;
  endpoint?: string | null;
  key?: string | null;
  secret?: string | null;
  apiKeyUuid?: string | null;
}

/** Names in the data of the Secret. */
const DATA = { secret: 'apiKey', key: 'accessKeyId' } as const;

/** Name of the Secret that this API keeps for a connection. */
export function credentialSecretName(name: string): string {
  return `${name}-credential`;
}

export function given(text: string | null | undefined): string | undefined {
  return text === null || text === undefined || text.trim() === '' ? undefined : text.trim();
}

/** What is to be written into the Secret; empty: nothing. */
export function credentialValues({ secret, key }: LlmInput, type: Spec['type']): Record<string, string> {
  const [one, two] = [given(secret), type === 'AWS' ? given(key) : undefined];
  return { ...(one === undefined ? {} : { [DATA.secret]: one }), ...(two === undefined ? {} : { [DATA.key]: two }) };
}

/** Plain http on this very machine travels nowhere; whether such an endpoint may be called at all, the operator decides. */
function isLoopback(endpoint: string | undefined): boolean {
  if (endpoint === undefined || !URL.canParse(endpoint)) return false;
  const { protocol, hostname } = new URL(endpoint);
  return protocol === 'http:' && /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** @throws ApiError 400 for what this gateway does not have. */
export function demandSupported({ apiKeyUuid }: LlmInput): void {
  if (given(apiKeyUuid) === undefined) return;
  throw new ApiError(400, 'apiKeyUuid: there are no stored credentials here; send the credential itself as secret');
}

/** Where requests go, so that two can be compared: without an endpoint to the one of the provider, whatever that is. */
function originOf({ type, endpoint }: Pick<Spec, 'type' | 'endpoint'>): string {
  if (endpoint === undefined) return type;
  return URL.canParse(endpoint) ? new URL(endpoint).origin : endpoint;
}

/**
 * A credential that nobody can read must not be had by leading it elsewhere.
 * @throws ApiError 400 where what is said leads the one that is kept to another origin.
 */
export function demandOwnOrigin(before: Spec, input: LlmInput): void {
  const { secretRef, accessKeySecretRef } = before.credentials ?? {};
  if ((secretRef === undefined && accessKeySecretRef === undefined) || given(input.secret) !== undefined) return;
  const type = input.aiType === undefined ? before.type : AI_TYPES[input.aiType];
  const endpoint = given(input.endpoint) ?? before.endpoint;
  if (originOf(before) === originOf(endpoint === undefined ? { type } : { type, endpoint })) return;
  throw new ApiError(400, 'secret is required: endpoint or aiType lead to another origin, where the kept credential is not sent');
}

/** Plain http of an endpoint on loopback was allowed for that endpoint alone. */
function securityOf(before: Spec | undefined, endpoint: string | undefined): Pick<Spec, 'endpointSecurity'> {
  if (isLoopback(endpoint)) return { endpointSecurity: 'AllowPlaintext' };
  const kept = endpoint !== undefined && isLoopback(before?.endpoint) ? undefined : before?.endpointSecurity;
  return kept === undefined ? {} : { endpointSecurity: kept };
}

/** The spec of a connection after what is said about it. `name`: its metadata.name. @throws what demandOwnOrigin throws. */
export function specWith(before: Spec | undefined, input: LlmInput, name: string): Spec {
  if (before !== undefined) demandOwnOrigin(before, input);
  const type = input.aiType === undefined ? (before?.type ?? 'Other') : AI_TYPES[input.aiType];
  const endpoint = given(input.endpoint);
  const values = credentialValues(input, type);
  const secretName = credentialSecretName(name);
  const { accessKeySecretRef, ...credentials } = before?.credentials ?? {};
  const accessKey = DATA.key in values ? { name: secretName, key: DATA.key } : type === 'AWS' ? accessKeySecretRef : undefined;
  const renewed = DATA.secret in values ? { secretRef: { name: secretName, key: DATA.secret } } : credentials;
  const all = { ...renewed, ...(accessKey === undefined ? {} : { accessKeySecretRef: accessKey }) };
  const { credentials: _replaced, endpointSecurity: _security, ...rest } = before ?? {};
  return {
    ...rest,
    type,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...securityOf(before, endpoint),
    ...(Object.keys(all).length === 0 ? {} : { credentials: all }),
  };
}
