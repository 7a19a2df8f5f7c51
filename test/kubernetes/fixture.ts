// What the tests of this folder share: a clock that they turn, and a client of a fake API server.
import { Registry } from 'prom-client';
import { vi } from 'vitest';
import { KubeClient } from '../../src/kubernetes/client.ts';
import { PooledKubeConfig } from '../../src/kubernetes/pooled-kube-config.ts';
import { systemClock, type Clock } from '../../src/clock.ts';
import { createLogger, type Logger } from '../../src/telemetry/log.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';

/** Stands still until it is told to go on. */
export class FakeClock implements Clock {
  #now = 0;
  #timers: { at: number; ms: number; callback: () => void }[] = [];

  now(): number {
    return Date.UTC(2026, 0, 2, 3, 4, 5) + this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): { clear(): void } {
    const timer = { at: this.#now + ms, ms, callback };
    this.#timers.push(timer);
    return {
      clear: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Lengths of the timers that wait, in milliseconds. */
  get waiting(): number[] {
    return this.#timers.map(({ ms }) => ms).toSorted((a, b) => a - b);
  }

  /** Moves on, and runs what falls due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }
}

/** Tries again until `check` no longer throws. The limit is for busy machines; no test depends on it. */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 15_000, interval: 10 });
}

export interface LogLine {
  level: number;
  msg: string;
  [field: string]: unknown;
}

/** A logger whose lines can be looked at. */
export function recordingLogger(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) };
  return { logger: createLogger({ name: 'test', level: 'trace', destination }), lines };
}

/** A client of the server at `url`, with connections and metrics of its own. */
export function clientOf(url: string, options: { clock?: Clock; deadlineMs?: number } = {}): KubeClient {
  const clock = options.clock ?? systemClock;
  const config = new PooledKubeConfig({ clock, deadlineMs: options.deadlineMs ?? 15_000 });
  // The library takes plain HTTP only where certificates are not checked.
  config.loadFromClusterAndUser({ name: 'fake', server: url, skipTLSVerify: true }, { name: 'tester', token: 'fake-token' });
  return new KubeClient({ config, metrics: createOperatorMetrics(new Registry()), clock });
}
