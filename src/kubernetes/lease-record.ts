// The Lease object as electors read and write it. Pure.
import { toMicroTime, type KubeObject } from './objects.ts';

export interface Lease extends KubeObject {
  metadata: KubeObject['metadata'] & { annotations?: Record<string, string> };
  spec?: {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
  };
}

export type LeaseSpec = NonNullable<Lease['spec']>;

/** Who holds the lease: empty when nobody does. */
export function holderOf(lease: Lease): string {
  return lease.spec?.holderIdentity ?? '';
}

export function transitionsOf(lease: Lease): number {
  return lease.spec?.leaseTransitions ?? 0;
}

/** Milliseconds for which a silent holder is respected. */
export function durationOf(lease: Lease, fallbackMs: number): number {
  const seconds = lease.spec?.leaseDurationSeconds;
  return seconds === undefined ? fallbackMs : seconds * 1000;
}

/** The record of a new holder. `now` is wall-clock milliseconds, for people only: nobody judges by it. */
export function acquired(identity: string, durationMs: number, transitions: number, now: number): LeaseSpec {
  const time = toMicroTime(now);
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.max(1, Math.ceil(durationMs / 1000)),
    acquireTime: time,
    renewTime: time,
    leaseTransitions: transitions,
  };
}

/**
 * Whether a holder has gone silent, by our own monotonic clock and from the moment at which we saw its record change. The
 * clocks of two machines are never compared.
 */
export class LeaseObservation {
  #record = '';
  #seenAt = 0;

  /** Takes a fresh reading, at `now` monotonic milliseconds, and says whether the lease is free to take. */
  isFree(lease: Lease, now: number, fallbackMs: number): boolean {
    const record = JSON.stringify([lease.metadata.uid, lease.spec]);
    if (record !== this.#record) {
      this.#record = record;
      this.#seenAt = now;
    }
    return holderOf(lease) === '' || now - this.#seenAt > durationOf(lease, fallbackMs);
  }
}
