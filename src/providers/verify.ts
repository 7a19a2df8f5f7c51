// Carries a provider's credential check out over HTTP: one deadline, no retries, no redirects, bounded reads.
import { Pool, type Dispatcher } from 'undici';
import type { ProviderType } from '../api/resources.ts';
import type { SnapshotProvider } from '../snapshot/snapshot.ts';
import { guardedLookup, refuseEndpoint, type AddressPolicy } from './addresses.ts';
import { authorizationHeaders, tokensIn } from './authorization.ts';
import type { Probe, ProbeCall, Provider, Verification } from './provider.ts';
import { redactProviderText } from './redact.ts';
import { PodIdentityError } from './token-errors.ts';
import { WrongKeyMemory } from './wrong-key-memory.ts';

/** What to check: the same fields that a snapshot carries for the provider. */
export type VerificationTarget = Pick<SnapshotProvider, 'type' | 'endpoint' | 'credential' | 'podIdentity' | 'ca' | 'headers'>;

const DEADLINE_MS = 10_000;
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** No server can have issued this one. */
const WRONG_SECRET = 'sk-flashback-credential-check-that-must-be-refused';

async function readBounded(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error(`the answer is larger than ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const SELF_SIGNED = new Set(['DEPTH_ZERO_SELF_SIGNED_CERT', 'SELF_SIGNED_CERT_IN_CHAIN']);
/** Of an unknown authority, or of a known one by way of a certificate that the server keeps to itself. */
const NO_ISSUER = new Set(['UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE']);
/** What OpenSSL makes of a server that answers a handshake in plain text. */
const NOT_TLS = 'ERR_SSL_WRONG_VERSION_NUMBER';

/** What to do about a certificate that is not trusted; undefined where it is about something else. */
function hintOf(code: string, ca: string | undefined): string | undefined {
  if (!SELF_SIGNED.has(code) && !NO_ISSUER.has(code)) return undefined;
  if (ca === undefined) return 'set spec.tls.caSecretRef to a Secret with the CA certificate';
  const other = 'the Secret of spec.tls.caSecretRef holds another CA certificate than that of this server';
  if (SELF_SIGNED.has(code)) return other;
  return `${other}, or the server does not send its intermediate certificate: let it, or add that to the Secret`;
}

function describe(error: unknown, { endpoint, ca }: VerificationTarget): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${DEADLINE_MS / 1000} s`;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (code === undefined) return error.message;
  if (code === NOT_TLS) {
    return `the server at ${new URL(endpoint).origin} does not speak TLS; use http:// only for hosts inside the cluster (${code})`;
  }
  const text = `${error.message} (${code})`;
  const hint = hintOf(code, ca);
  return hint === undefined ? text : `${text}; ${hint}`;
}

function memoryKeyOf({ method, path }: ProbeCall, { type, endpoint }: VerificationTarget): string {
  return `${type} ${method} ${endpoint}${path}`;
}

export interface VerifierOptions {
  providers: Partial<Record<ProviderType, Provider>>;
  addresses: AddressPolicy;
  now: () => number;
}

/** Checks credentials against providers. Remembers per endpoint for a day how a wrong key is answered. */
export class Verifier {
  readonly #options: VerifierOptions;
  readonly #wrongKeys: WrongKeyMemory;

  constructor(options: VerifierOptions) {
    this.#options = options;
    this.#wrongKeys = new WrongKeyMemory(options.now);
  }

  /** Never rejects: whatever goes wrong on the way is `unknown`. Messages hold no credential. */
  async verify(target: VerificationTarget, signal?: AbortSignal): Promise<Verification> {
    const provider = this.#options.providers[target.type];
    if (provider === undefined) return { verdict: 'unknown', message: `this version cannot check credentials of type ${target.type}` };
    const refused = refuseEndpoint(target.endpoint, this.#options.addresses);
    if (refused !== undefined) return { verdict: 'unknown', message: refused };

    const { origin } = new URL(target.endpoint);
    const pool = new Pool(origin, {
      connections: 1,
      allowH2: false,
      connect: {
        timeout: DEADLINE_MS,
        lookup: guardedLookup(this.#options.addresses),
        ...(target.ca === undefined ? {} : { ca: target.ca }),
      },
    });
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    const secrets = new Set(Object.values(target.credential ?? {}));
    try {
      const probe = this.#probe(pool, provider, target, secrets, signal === undefined ? deadline : AbortSignal.any([deadline, signal]));
      return redact(await provider.verify(probe, target.endpoint), secrets);
    } catch (error) {
      if (error instanceof PodIdentityError) return { verdict: 'unknown', message: error.message, noIdentity: true };
      return redact({ verdict: 'unknown', message: describe(error, target) }, secrets);
    } finally {
      await pool.destroy();
    }
  }

  /** Adds to `secrets` what it sends. */
  #probe(pool: Pool, provider: Provider, target: VerificationTarget, secrets: Set<string>, signal: AbortSignal): Probe {
    const asPod = target.podIdentity === true;
    return async (call) => {
      // Without a credential there is nothing to prove.
      if (call.credential === 'wrong' && target.credential === undefined && !asPod) return { status: 401, headers: {}, body: '' };
      const remembered = call.credential === 'wrong' ? this.#wrongKeys.recall(memoryKeyOf(call, target)) : undefined;
      if (remembered !== undefined) return { status: remembered, headers: {}, body: '' };
      const credential =
        call.credential === 'given' ? target.credential : { ...target.credential, secret: WRONG_SECRET };
      const path = new URL(target.endpoint).pathname.replace(/\/+$/, '') + call.path;
      const own = [
        ...target.headers.flat(),
        ...(call.body === undefined ? [] : ['content-type', 'application/json']),
        'accept',
        'application/json',
        'user-agent',
        'flashback-ai-gateway',
      ];
      const url = new URL(target.endpoint).origin + path;
      const signable = { method: call.method, url, headers: own, body: call.body ?? '' };
      const authorization = provider.authorize(credential, target.endpoint, asPod && call.credential === 'given');
      const authorizing = await authorizationHeaders(authorization, signable);
      for (const token of tokensIn(authorizing)) secrets.add(token);
      const { statusCode, headers, body } = await pool.request({
        method: call.method,
        path,
        headers: [...own, ...authorizing],
        body: call.body ?? null,
        signal,
      });
      const flat = Object.entries(headers).map(([name, value]) => [name, String(value)]);
      const answer = { status: statusCode, headers: Object.fromEntries(flat) as Record<string, string>, body: await readBounded(body) };
      if (call.credential === 'wrong') this.#wrongKeys.remember(memoryKeyOf(call, target), statusCode);
      return answer;
    };
  }
}

function redact(verification: Verification, secrets: ReadonlySet<string>): Verification {
  if (verification.verdict === 'valid') return verification;
  return { ...verification, message: redactProviderText(verification.message, [...secrets]).slice(0, 500) };
}
