// Leads a Service without a selector to whoever leads: the leader writes its own address into an EndpointSlice.
import { isIPv6 } from 'node:net';
import type { Clock } from '../clock.ts';
import { LABELS, MANAGED_BY } from '../api/resources.ts';
import type { Logger } from '../telemetry/log.ts';
import { FIELD_MANAGER, PATCH, type KubeClient } from './client.ts';
import { objectPath, type OwnerReference } from './objects.ts';

/** Somebody may have deleted or changed it. */
const REFRESH_MS = 60_000;
const RETRY_MS = 2_000;

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
    const { client, namespace, service, address, port } = this.#options;
    const owner = await this.#options.owner();
    if (!this.#options.isLeader()) return;
    const metadata = {
      name: this.name,
      namespace,
      labels: { 'kubernetes.io/service-name': service, 'endpointslice.kubernetes.io/managed-by': MANAGED_BY, [LABELS.managedBy]: MANAGED_BY, [LABELS.partOf]: 'flashback-ai-gateway' },
      ...(owner === undefined ? {} : { ownerReferences: [owner] }),
    };
    await client.request({
      method: 'PATCH',
      path: objectPath('discovery.k8s.io/v1', 'endpointslices', { namespace, name: this.name }),
      query: { fieldManager: FIELD_MANAGER, force: true },
      contentType: PATCH.apply,
      body: {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata,
        addressType: isIPv6(address) ? 'IPv6' : 'IPv4',
        endpoints: addresses.map((one) => ({ addresses: [one], conditions: { ready: true, serving: true, terminating: false } })),
        ports: [{ name: 'platform-api', port, protocol: 'TCP' }],
      },
    });
  }
}
