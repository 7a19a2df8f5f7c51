// The Platform API of the operator process: its port, who may call it, and the way from its Service to whoever leads.
import type { Clock } from './clock.ts';
import type { KubeClient } from './kubernetes/client.ts';
import { LeaderEndpoint } from './kubernetes/leader-endpoint.ts';
import type { OwnerReference } from './kubernetes/objects.ts';
import { KubernetesAuthenticator } from './kubernetes/platform-access.ts';
import { KubernetesObjects } from './kubernetes/platform-objects.ts';
import type { KubernetesStore } from './kubernetes/store.ts';
import { createPlatformApp } from './platform/app.ts';
import { OPERATIONS } from './platform/operations.ts';
import { PlatformServer } from './platform/server.ts';
import type { PlatformServices } from './platform/services.ts';
import { listenOn, packageVersion, StartError } from './process.ts';
import { platformCertificate } from './push/certificates.ts';
import type { PemPair } from './push/issue.ts';
import type { Settings } from './settings.ts';
import type { Logger } from './telemetry/log.ts';
import type { OperatorMetrics } from './telemetry/metrics.ts';

export interface OperatorPlatformOptions {
  settings: Settings;
  client: KubeClient;
  store: KubernetesStore;
  isLeader(): boolean;
  /** What the leader works with; undefined as long as this process does not lead. */
  services(): PlatformServices | undefined;
  owner: () => Promise<OwnerReference | undefined>;
  clock: Clock;
  logger: Logger;
  metrics: OperatorMetrics;
}

export class OperatorPlatform {
  readonly objects: KubernetesObjects;
  readonly #options: OperatorPlatformOptions;
  readonly #server: PlatformServer;
  readonly #endpoint: LeaderEndpoint | undefined;
  /** Of this operator's making: undefined where it is not asked to make one, and before it leads. */
  #own: { ca: string; pair: PemPair } | undefined;
  #isClosed = false;

  constructor(options: OperatorPlatformOptions) {
    const { settings, client, store, clock, logger, metrics } = options;
    this.#options = options;
    const { 'watch-namespaces': watched = [], 'platform-api-audiences': audiences } = settings;
    this.objects = new KubernetesObjects({ client, store, watched, clock, mayWrite: () => options.isLeader() });
    const authenticator = new KubernetesAuthenticator({ client, audiences, namespaces: () => this.objects.namespaces(), clock });
    const app = createPlatformApp({
      operations: OPERATIONS,
      serving: () => {
        const services = options.services();
        return services === undefined || !options.isLeader() ? undefined : { services, authenticator };
      },
      version: packageVersion(),
      clock,
      logger,
      metrics,
    });
    const { 'platform-api-tls-dir': tlsDirectory, 'platform-api-own-tls': givenCertificate } = settings;
    if (givenCertificate && tlsDirectory !== undefined) throw new StartError('give --platform-api-tls-dir or --platform-api-own-tls, not both');
    if (givenCertificate && settings['platform-api-service'] === undefined) {
      throw new StartError('--platform-api-own-tls needs --platform-api-service, by whose name callers know the operator');
    }
    this.#server = new PlatformServer({ app, tlsDirectory, givenCertificate, clock, logger });
    this.#endpoint = this.#endpointOf(settings);
  }

  /** @throws StartError. */
  async open(): Promise<void> {
    const { settings, logger } = this.#options;
    const wanted = settings['platform-api-port'];
    const port = await listenOn('platform-api-port', wanted, () => this.#server.listen(wanted)).catch((error: unknown) => {
      const code: unknown = error instanceof Error && 'path' in error ? error.path : undefined;
      if (typeof code === 'string') throw new StartError(`--platform-api-tls-dir: ${code} cannot be read.`, { cause: error });
      throw error;
    });
    logger.info({ port }, 'the Platform API listens');
  }

  /** This process leads. Nobody is led to it before it can prove that. */
  lead(): void {
    if (!this.#options.settings['platform-api-own-tls']) this.#endpoint?.start();
  }

  /** The authority of the release was looked after: takes a certificate from it, where it is asked to make one and needs one. */
  adoptAuthority(authority: PemPair): void {
    const { clock, logger } = this.#options;
    if (!this.#options.settings['platform-api-own-tls']) return;
    const before = this.#own;
    platformCertificate(before?.pair, authority, clock.now(), this.#names()).then(
      (pair) => {
        if (this.#isClosed) return;
        this.#own = { ca: authority.cert, pair };
        if (pair !== before?.pair) this.#server.use(pair);
        if (before === undefined) this.#endpoint?.start();
      },
      (error: unknown) => logger.error({ err: error }, 'the certificate of the Platform API could not be made; trying again in an hour'),
    );
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#endpoint?.stop();
    await this.#server.close();
  }

  /** What its Service is called by within a cluster. */
  #names(): string[] {
    const { namespace, 'platform-api-service': service = '' } = this.#options.settings;
    return [`${service}.${namespace}.svc`, service, `${service}.${namespace}`, `${service}.${namespace}.svc.cluster.local`];
  }

  #endpointOf(settings: Settings): LeaderEndpoint | undefined {
    const { 'platform-api-service': service, 'pod-ip': address, 'platform-api-port': port, namespace } = settings;
    if (service === undefined) return undefined;
    if (address === undefined) throw new StartError('--platform-api-service needs --pod-ip, the address that the Service is to lead to');
    const { client, isLeader, owner, clock, logger } = this.#options;
    return new LeaderEndpoint({ client, namespace, service, address, port, isLeader, owner, authority: () => this.#own?.ca, clock, logger });
  }
}

/** Undefined: it is off. */
export function operatorPlatform(options: OperatorPlatformOptions): OperatorPlatform | undefined {
  return options.settings['platform-api-port'] === 0 ? undefined : new OperatorPlatform(options);
}
