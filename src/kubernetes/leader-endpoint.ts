// Leads a Service without a selector to whoever leads: the leader writes its own address into an EndpointSlice, and into a ConfigMap by whose
// authority callers know it: an address that was left behind may become that of somebody else.
import { isIPv6 } from 'node:net';
import type { Clock } from '../clock.ts';
import { LABELS, MANAGED_BY } from '../api/resources.ts';
import type { Logger } from '../telemetry/log.ts';
import { FIELD_MANAGER, PATCH, type KubeClient } from './client.ts';
import { objectPath, type OwnerReference } from './objects.ts';

/** Somebody may have deleted or changed it. */
const REFRESH_MS = 60_000;
const RETRY_MS = 2_000;
/** What it writes, by the version of its API. */
const PLURALS = { 'discovery.k8s.io/v1': 'endpointslices', v1: 'configmaps' } as const;

export interface LeaderEndpointOptions {
  client: KubeClient;
  namespace: string;
  /** Name of the Service. */
  service: string;
  /** Of this pod. */
  address: string;
  port: number;
  /** Asked before each write: what a successor wrote is its own. */
  isLeader(): boolean;
  /** Certificate that callers verify it by, PEM; undefined: it is none of ours. */
  authority?: () => string | undefined;
  /** With whom it goes when the release is uninstalled. */
  owner: () => Promise<OwnerReference | undefined>;
  clock: Clock;
  logger: Logger;
}

export class LeaderEndpoint {
  readonly #options: LeaderEndpointOptions;
  #next: { clear(): void } | undefined;
  #started = false;
  #stopped = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: LeaderEndpointOptions) {
    this.#options = options;
  }

  /** Name of the EndpointSlice, of which RBAC speaks by name. */
  get name(): string {
    return `${this.#options.service}-leader`;
  }

  /** Writes the address, and goes on seeing to it. */
  start(): void {
    this.#started = true;
    this.#writing = this.#write([this.#options.address])
      .then(
        () => REFRESH_MS,
        (error: unknown) => {
          this.#options.logger.warn({ err: error, service: this.#options.service }, 'the Service of the Platform API could not be led here; trying again');
          return RETRY_MS;
        },
      )
      .then((wait) => {
        if (!this.#stopped) this.#next = this.#options.clock.setTimeout(() => this.start(), wait);
      });
  }

  /** Takes the address out again, so that callers are refused at once until there is another leader; one that never led took none in. Never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#next?.clear();
    await this.#writing;
    if (this.#started) await this.#write([]).catch(() => undefined);
  }

  async #write(addresses: readonly string[]): Promise<void> {
    const { service, address, port, authority } = this.#options;
    await this.#apply('discovery.k8s.io/v1', 'EndpointSlice', this.name, {
      labels: { 'kubernetes.io/service-name': service, 'endpointslice.kubernetes.io/managed-by': MANAGED_BY },
      content: {
        addressType: isIPv6(address) ? 'IPv6' : 'IPv4',
        endpoints: addresses.map((one) => ({ addresses: [one], conditions: { ready: true, serving: true, terminating: false } })),
        ports: [{ name: 'platform-api', port, protocol: 'TCP' }],
      },
    });
    const ca = authority?.();
    if (ca !== undefined) await this.#apply('v1', 'ConfigMap', `${service}-ca`, { content: { data: { 'ca.crt': ca } } });
  }

  async #apply(apiVersion: keyof typeof PLURALS, kind: string, name: string, object: { labels?: object; content: object }): Promise<void> {
    const { client, namespace } = this.#options;
    const owner = await this.#options.owner();
    if (!this.#options.isLeader()) return;
    const metadata = {
      name,
      namespace,
      labels: { ...object.labels, [LABELS.managedBy]: MANAGED_BY, [LABELS.partOf]: 'flashback-ai-gateway' },
      ...(owner === undefined ? {} : { ownerReferences: [owner] }),
    };
    await client.request({
      method: 'PATCH',
      path: objectPath(apiVersion, PLURALS[apiVersion], { namespace, name }),
      query: { fieldManager: FIELD_MANAGER, force: true },
      contentType: PATCH.apply,
      body: { apiVersion, kind, metadata, ...object.content },
    });
  }
}
