// Where the gateways are: the EndpointSlices of their headless Service, merged into one list.
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.ts';
import type { GatewayEndpoint } from '../push/gateway-link.ts';
import type { Logger } from '../telemetry/log.ts';
import type { KubeClient } from './client.ts';
import { collectionPath, type KubeObject, type OwnerReference } from './objects.ts';
import { Reflector, type ReflectorHealth } from './reflector.ts';

export interface EndpointSlice extends KubeObject {
  metadata: KubeObject['metadata'] & { ownerReferences?: OwnerReference[] };
  addressType?: string;
  endpoints?: {
    addresses?: string[];
    conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean };
    targetRef?: { kind?: string; name?: string; uid?: string };
  }[];
  ports?: { name?: string; port?: number }[];
}

/**
 * Gateways of all slices, each once (a dual-stack pod is in two slices), sorted by id. The condition `ready` is true for
 * every endpoint of a Service that publishes unready addresses; `serving` tells the truth.
 */
export function toGatewayEndpoints(slices: readonly EndpointSlice[], portName?: string): GatewayEndpoint[] {
  const found = new Map<string, GatewayEndpoint>();
  const usable = slices
    .filter(({ addressType }) => addressType !== 'FQDN')
    .toSorted((a, b) => (a.addressType ?? '').localeCompare(b.addressType ?? ''));
  for (const slice of usable) {
    const port = (slice.ports ?? []).find(({ name }) => portName === undefined || name === portName)?.port;
    for (const { addresses, conditions, targetRef } of slice.endpoints ?? []) {
      const host = addresses?.[0];
      if (host === undefined || port === undefined) continue;
      const id = targetRef?.uid ?? targetRef?.name ?? host;
      const ready = (conditions?.serving ?? conditions?.ready ?? true) && conditions?.terminating !== true;
      if (!found.has(id)) found.set(id, { id, host, port, ready });
    }
  }
  return [...found.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** The Service that slices belong to, as an owner of other objects; undefined where none of them says so. */
export function serviceOf(slices: readonly EndpointSlice[], service: string): OwnerReference | undefined {
  const owners = slices.flatMap(({ metadata }) => metadata.ownerReferences ?? []);
  const found = owners.find(({ kind, name }) => kind === 'Service' && name === service);
  return found && { apiVersion: found.apiVersion, kind: found.kind, name: found.name, uid: found.uid };
}

export interface GatewayEndpointsOptions {
  client: KubeClient;
  namespace: string;
  /** Name of the headless Service. */
  service: string;
  /** Name of the Service port; the first one when absent. */
  portName?: string;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  logger: Logger;
  /** The whole list, after the first look and whenever it has changed. Must return at once. */
  onChange(endpoints: GatewayEndpoint[]): void;
}

/** Follows the gateways of one Service. */
export class GatewayEndpoints {
  readonly #options: GatewayEndpointsOptions;
  readonly #reflector: Reflector<EndpointSlice>;
  #last: GatewayEndpoint[] | undefined;
  #scheduled = false;

  constructor(options: GatewayEndpointsOptions) {
    this.#options = options;
    this.#reflector = new Reflector<EndpointSlice>({
      ...options,
      kind: 'EndpointSlice',
      path: collectionPath('discovery.k8s.io/v1', 'endpointslices', options.namespace),
      labelSelector: `kubernetes.io/service-name=${options.service}`,
      keep: (slice) => slice,
      onChange: () => this.#schedule(),
    });
  }

  /** Runs until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    void this.#reflector.whenSynced().then(() => this.#publish());
    await this.#reflector.run(signal);
  }

  synced(): Promise<void> {
    return this.#reflector.whenSynced();
  }

  /** The Service itself: what is made for its gateways goes when it goes. Undefined where it is not there, or not yet known. */
  service(): OwnerReference | undefined {
    return serviceOf(this.#reflector.values(), this.#options.service);
  }

  health(): ReflectorHealth {
    return this.#reflector.health();
  }

  /** One announcement for all changes of one list. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#publish();
    });
  }

  #publish(): void {
    const endpoints = toGatewayEndpoints(this.#reflector.values(), this.#options.portName);
    if (isDeepStrictEqual(endpoints, this.#last)) return;
    this.#last = endpoints;
    this.#options.onChange(endpoints);
  }
}
