// How long to wait after a failure of a list or watch.
import type { Clock } from '../clock.ts';
import type { KubernetesError } from './kubernetes-error.ts';

const MIN_MS = 500;
const CAP_MS = 30_000;

/**
 * Milliseconds to wait. `failures` counts those in a row, from 1. Denied calls wait the longest at once, because only a person
 * can change the answer; a server that says when to come back is obeyed; everything else doubles, with jitter.
 */
export function backoffMs(error: KubernetesError, failures: number, random: () => number): number {
  if (error.retryAfterMs !== undefined) return Math.max(MIN_MS, error.retryAfterMs * (1 + 0.1 * random()));
  if (error.code === 401 || error.code === 403) return CAP_MS * (0.75 + 0.25 * random());
  const ceiling = Math.min(CAP_MS, MIN_MS * 2 ** Math.min(failures, 10));
  return MIN_MS + random() * (ceiling - MIN_MS);
}

/** Waits, or returns early when the signal is aborted. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.setTimeout(resolve, ms);
  const wake = (): void => resolve();
  signal.addEventListener('abort', wake, { once: true });
  await promise;
  timer.clear();
  signal.removeEventListener('abort', wake);
}
