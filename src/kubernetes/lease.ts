// Leader election on a Lease. Whoever cannot renew in time stops leading before anybody else may begin.
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/log.ts';
import { pause } from './backoff.ts';
import { PATCH, type KubeClient } from './client.ts';
import { hasCode, KubernetesError } from './kubernetes-error.ts';
import { LeaseObservation, acquired, holderOf, transitionsOf, type Lease } from './lease-record.ts';
import { collectionPath, objectPath, toMicroTime, type OwnerReference } from './objects.ts';

const GROUP_VERSION = 'coordination.k8s.io/v1';

export interface LeaderElectorOptions {
  client: KubeClient;
  namespace: string;
  name: string;
  /** Unique for this process: pod name and a UUID. */
  identity: string;
  /** Milliseconds; leaseDuration > renewDeadline > 1.2 * retryPeriod. */
  leaseDurationMs: number;
  renewDeadlineMs: number;
  retryPeriodMs: number;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  logger: Logger;
  /** With whom the lease goes, where there is somebody and it is known. */
  owner?(): OwnerReference | undefined;
  /** Annotations of the lease: what the holder says of itself, with each renewal anew. Null: it says nothing under that name any more. */
  annotations?(): Record<string, string | null>;
  /** Called once. `epoch` only ever grows from leader to leader, so that gateways can refuse the orders of an old one. */
  onElected(epoch: number): void;
  /** Called at most once, never after a release. The process must exit at once: another one may lead already. */
  onLost(reason: string): void;
}

/** Takes part in one election: waits, leads, and is spent when it has lost or released the lease. */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #observation = new LeaseObservation();
  readonly #lost = new AbortController();
  #lease: Lease | undefined;
  #leading = false;
  /** Start of the last successful renewal, monotonic. */
  #renewedAt = 0;
  #deadline: { clear(): void } | undefined;
  #highestTransitions = 0;
  #ownerRefused = false;

  constructor(options: LeaderElectorOptions) {
    const { leaseDurationMs, renewDeadlineMs, retryPeriodMs } = options;
    if (leaseDurationMs <= renewDeadlineMs) throw new Error('the lease duration must be longer than the renew deadline');
    if (renewDeadlineMs <= retryPeriodMs * 1.2) throw new Error('the renew deadline must be longer than 1.2 retry periods');
    this.#options = options;
    options.client.metrics.leader_election_master_status.set({ name: options.name }, 0);
  }

  /** Ask right before every write: an event loop that stood still does not run timers in time. */
  isLeader(): boolean {
    return this.#leading && this.#options.clock.monotonic() - this.#renewedAt < this.#options.renewDeadlineMs;
  }

  /**
   * Runs until the lease is lost, or until the signal is aborted; then it is released so that a successor need not wait. Abort
   * only after the work has stopped: while it drains, the lease must go on being renewed.
   */
  async run(signal: AbortSignal): Promise<void> {
    const stop = AbortSignal.any([signal, this.#lost.signal]);
    while (!stop.aborted) {
      const { retryPeriodMs, random, clock } = this.#options;
      const progress = await this.#step(stop);
      if (!progress) await pause(clock, this.#leading ? retryPeriodMs : retryPeriodMs * (1 + 0.2 * random()), stop);
    }
    if (this.#leading) await this.#release();
  }

  /** One attempt. True: look again without a pause. */
  async #step(signal: AbortSignal): Promise<boolean> {
    try {
      // A renewal under way is not cut off by a shutdown: the release that follows has to know how it ended.
      if (this.#leading && this.#lease !== undefined) return await this.#renew(this.#lease, this.#lost.signal);
      await this.#acquire(signal);
      return false;
    } catch (error) {
      if (signal.aborted) return false;
      const details = error instanceof KubernetesError ? { code: error.code, reason: error.reason } : { err: error };
      this.#options.logger.warn({ ...details, lease: this.#options.name }, 'the lease could not be read or written');
      return false;
    }
  }

  async #acquire(signal: AbortSignal): Promise<void> {
    const { clock, identity, leaseDurationMs } = this.#options;
    const found = await this.#read(signal);
    const spec = (): Lease['spec'] => acquired(identity, leaseDurationMs, this.#highestTransitions + 1, clock.now());
    const started = clock.monotonic();
    if (found === undefined) return this.#take(this.#create(spec(), signal), started);
    this.#highestTransitions = Math.max(this.#highestTransitions, transitionsOf(found));
    // Our own name on it: an attempt of ours went through although its answer was lost.
    const ours = holderOf(found) === identity;
    if (!ours && !this.#observation.isFree(found, clock.monotonic(), leaseDurationMs)) return;
    await this.#take(this.#patch(found, ours ? { renewTime: toMicroTime(clock.now()) } : spec(), signal), started);
  }

  async #take(write: Promise<Lease>, started: number): Promise<void> {
    try {
      const lease = await write;
      this.#highestTransitions = Math.max(this.#highestTransitions, transitionsOf(lease));
      this.#leading = true;
      this.#renewed(lease, started);
    } catch (error) {
      if (!hasCode(error, 404, 409)) throw error;
      return;
    }
    this.#options.logger.info({ lease: this.#options.name, epoch: this.#highestTransitions }, 'elected');
    this.#options.client.metrics.leader_election_master_status.set({ name: this.#options.name }, 1);
    this.#options.onElected(this.#highestTransitions);
  }

  async #renew(lease: Lease, signal: AbortSignal): Promise<boolean> {
    const { clock, identity, leaseDurationMs } = this.#options;
    let started = clock.monotonic();
    try {
      this.#renewed(await this.#patch(lease, { holderIdentity: identity, renewTime: toMicroTime(clock.now()) }, signal), started);
      return false;
    } catch (error) {
      if (!hasCode(error, 404, 409)) throw error;
    }
    const found = await this.#read(signal);
    if (found === undefined) {
      // Somebody deleted it. The epoch stays, as the leader does.
      started = clock.monotonic();
      try {
        this.#renewed(await this.#create(acquired(identity, leaseDurationMs, this.#highestTransitions, clock.now()), signal), started);
      } catch (error) {
        if (!hasCode(error, 409)) throw error;
      }
      return false;
    }
    if (holderOf(found) !== identity) {
      this.#lose(`the lease was taken by ${holderOf(found) || 'nobody'}`);
      return false;
    }
    this.#lease = found;
    return true;
  }

  #renewed(lease: Lease, started: number): void {
    const { clock, renewDeadlineMs } = this.#options;
    // Too late: the deadline has passed and onLost was called.
    if (!this.#leading) return;
    this.#lease = lease;
    this.#renewedAt = started;
    this.#deadline?.clear();
    this.#deadline = clock.setTimeout(
      () => this.#lose('the lease was not renewed before the deadline'),
      started + renewDeadlineMs - clock.monotonic(),
    );
  }

  #lose(reason: string): void {
    if (!this.#leading) return;
    this.#stopLeading();
    this.#lost.abort();
    this.#options.logger.error({ lease: this.#options.name }, reason);
    this.#options.onLost(reason);
  }

  #stopLeading(): void {
    this.#leading = false;
    this.#deadline?.clear();
    this.#options.client.metrics.leader_election_master_status.set({ name: this.#options.name }, 0);
  }

  async #release(): Promise<void> {
    const lease = this.#lease;
    this.#stopLeading();
    if (lease === undefined) return;
    try {
      const renewTime = toMicroTime(this.#options.clock.now());
      await this.#patch(lease, { holderIdentity: '', leaseDurationSeconds: 1, renewTime }, new AbortController().signal);
    } catch (error) {
      const details = error instanceof KubernetesError ? { code: error.code, reason: error.reason } : {};
      this.#options.logger.warn(
        { ...details, lease: this.#options.name },
        'the lease was not released; a successor has to wait for it to expire',
      );
    }
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    const { client, namespace, name } = this.#options;
    try {
      return await this.#timed(signal, (timed) =>
        client.request<Lease>({ method: 'GET', path: objectPath(GROUP_VERSION, 'leases', { namespace, name }), signal: timed }),
      );
    } catch (error) {
      if (hasCode(error, 404)) return undefined;
      throw error;
    }
  }

  #create(spec: Lease['spec'], signal: AbortSignal): Promise<Lease> {
    const { client, namespace, name } = this.#options;
    const said = Object.entries(this.#options.annotations?.() ?? {}).filter(([, value]) => value !== null);
    const annotations = Object.fromEntries(said);
    return this.#timed(signal, (timed) =>
      this.#withOwner((owned) => {
        const body = { apiVersion: GROUP_VERSION, kind: 'Lease', metadata: { name, namespace, annotations, ...owned }, spec };
        return client.request<Lease>({ method: 'POST', path: collectionPath(GROUP_VERSION, 'leases', namespace), body, signal: timed });
      }),
    );
  }

  /** Merges into the Lease as it was read; answers 409 when it has changed since. */
  #patch(lease: Lease, spec: Lease['spec'], signal: AbortSignal): Promise<Lease> {
    const { client, namespace, name } = this.#options;
    const annotations = this.#options.annotations?.();
    const { uid, resourceVersion } = lease.metadata;
    const path = objectPath(GROUP_VERSION, 'leases', { namespace, name });
    return this.#timed(signal, (timed) =>
      this.#withOwner((owned) => {
        const body = { metadata: { uid, resourceVersion, annotations, ...owned }, spec };
        return client.request<Lease>({ method: 'PATCH', path, contentType: PATCH.merge, body, signal: timed });
      }),
    );
  }

  /** Leading must not hang on who owns the Lease: where a cluster lets only those name an owner who may delete, it goes without. */
  async #withOwner(write: (owned: { ownerReferences?: OwnerReference[] }) => Promise<Lease>): Promise<Lease> {
    const owner = this.#options.owner?.();
    if (owner === undefined || this.#ownerRefused) return write({});
    try {
      return await write({ ownerReferences: [owner] });
    } catch (error) {
      if (!hasCode(error, 403)) throw error;
      const lease = await write({});
      this.#ownerRefused = true;
      this.#options.logger.warn({ lease: this.#options.name }, 'the lease may not name its owner: it stays when the release is uninstalled; grant delete on it');
      return lease;
    }
  }

  /** Half of the renew deadline for each call, so that a hung one leaves time for another. */
  async #timed<T>(signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timeout = new AbortController();
    const timer = this.#options.clock.setTimeout(() => timeout.abort(), this.#options.renewDeadlineMs / 2);
    try {
      return await call(AbortSignal.any([signal, timeout.signal]));
    } finally {
      timer.clear();
    }
  }
}
