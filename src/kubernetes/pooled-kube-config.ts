// Credentials and connections to one API server. The client library makes a new connection pool for every call and sets no
// deadline; this is the one place through which all calls pass, so both are put right here.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { RequestOptions } from 'node:https';
import { delimiter } from 'node:path';
import { KubeConfig, type RequestContext } from '@kubernetes/client-node';
import { Agent } from 'undici';
import type { Clock } from '../clock.ts';

/** Milliseconds after which certificate files are read again. The library re-reads token files at the same pace. */
const REREAD_MS = 60_000;
const KEEP_ALIVE_MS = 30_000;
const SERVICE_ACCOUNT_TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

type TlsOptions = Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'pfx' | 'passphrase' | 'servername' | 'rejectUnauthorized'>;

function fingerprint(tls: TlsOptions): string {
  const hash = createHash('sha256');
  for (const part of [tls.ca, tls.cert, tls.key, tls.pfx, tls.servername, tls.rejectUnauthorized]) {
    hash.update(part instanceof Uint8Array || typeof part === 'string' ? part : JSON.stringify(part ?? null)).update('\0');
  }
  return hash.digest('hex');
}

function buildAgent(tls: TlsOptions): Agent {
  const given = Object.entries(tls).filter(([, value]) => value !== undefined);
  return new Agent({
    // On HTTP/2 the abort of a watch leaves its connection open.
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { ...Object.fromEntries(given), allowH2: false, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS, timeout: 10_000 },
  });
}

/** A KubeConfig with one connection pool, a deadline on every call and certificates that may change on disk. */
export class PooledKubeConfig extends KubeConfig {
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  #agent: Agent | undefined;
  #fingerprint = '';
  #checkedAt = 0;

  constructor(options: { clock: Clock; deadlineMs: number }) {
    super();
    this.#clock = options.clock;
    this.#deadlineMs = options.deadlineMs;
  }

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    // A proxy named in the kubeconfig needs the dispatcher that the library built for it.
    if (!this.getCurrentCluster()?.proxyUrl) context.setDispatcher(await this.#currentAgent());
    context.setSignal(AbortSignal.timeout(this.#deadlineMs));
  }

  /** Closes idle connections; those in use end with their calls. */
  async close(): Promise<void> {
    await this.#agent?.destroy();
    this.#agent = undefined;
  }

  async #currentAgent(): Promise<Agent> {
    const now = this.#clock.monotonic();
    if (this.#agent !== undefined && now - this.#checkedAt < REREAD_MS) return this.#agent;
    const tls: RequestOptions = {};
    await this.applyToHTTPSOptions(tls);
    const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } = tls;
    const picked = { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized } as TlsOptions;
    const print = fingerprint(picked);
    this.#checkedAt = now;
    if (this.#agent === undefined || print !== this.#fingerprint) {
      // Watches end by themselves at the next quiet half minute, so the old pool drains without being cut.
      void this.#agent?.close();
      this.#agent = buildAgent(picked);
      this.#fingerprint = print;
    }
    return this.#agent;
  }
}

/**
 * Loads kubeconfig files (a path, or several as in the KUBECONFIG variable), or else the service account of the pod.
 * Throws an Error that says what is missing.
 */
export function loadKubeConfig(kubeconfig: string | undefined, options: { clock: Clock; deadlineMs: number }): PooledKubeConfig {
  const config = new PooledKubeConfig(options);
  const files = (kubeconfig ?? '').split(delimiter).filter((file) => file !== '');
  if (files.length === 0) {
    if (!existsSync(SERVICE_ACCOUNT_TOKEN)) throw new Error('not running in a cluster: name a kubeconfig file with --kubeconfig');
    config.loadFromCluster();
    return config;
  }
  for (const file of files) {
    const part = new KubeConfig();
    part.loadFromFile(file);
    config.mergeConfig(part, config.clusters.length > 0);
  }
  if (config.getCurrentCluster() === null) throw new Error(`${files.join(', ')}: the kubeconfig has no current context`);
  return config;
}
