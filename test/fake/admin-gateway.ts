// The push side of a gateway on an ephemeral port, with real certificates and a prepare step that tests choose.
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { systemClock, type Clock } from '../../src/clock.ts';
import { AdminFiles } from '../../src/gateway/admin-files.ts';
import { AdminServer, type AdminServerOptions } from '../../src/gateway/admin.ts';
import { GatewayState } from '../../src/gateway/state.ts';
import { GATEWAY_SECRET } from '../../src/push/certificates.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createGatewayMetrics } from '../../src/telemetry/metrics.ts';
import type { MemorySecretFiles } from './secret-files.ts';

export const silentLogger = createLogger({ name: 'test', level: 'silent' });

/** A clock whose timers fire only when `advance` passes them. */
export class ManualClock implements Clock {
  #now = Date.parse('2026-01-01T00:00:00Z');
  #timers = new Set<{ at: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, ms: number): { clear(): void } {
    const timer = { at: this.#now + ms, callback };
    this.#timers.add(timer);
    return { clear: () => this.#timers.delete(timer) };
  }

  get pending(): number {
    return this.#timers.size;
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers].filter(({ at }) => at <= this.#now)) {
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}

export function newState(options: { key: Buffer; clock?: Clock; prepare?: (snapshot: Snapshot) => number }) {
  const registry = new Registry();
  const metrics = createGatewayMetrics(registry);
  const prepare = options.prepare ?? ((snapshot: Snapshot) => snapshot.revision);
  const state = new GatewayState<number>({ key: options.key, prepare, clock: options.clock ?? systemClock, metrics, logger: silentLogger });
  return { state, registry, metrics };
}

/** Writes what gateways mount from the Secret into the directory. */
export async function mountTls(files: MemorySecretFiles, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, bytes] of Object.entries(files.bundles.get(GATEWAY_SECRET) ?? {})) await writeFile(join(directory, name), bytes);
}

export async function temporaryDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'flashback-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Starts an admin server that trusts the authority in `files`. */
export async function startAdmin(
  files: MemorySecretFiles,
  options: { clock?: Clock; port?: number; prepare?: (snapshot: Snapshot) => number; counts?: AdminServerOptions['counts']; ledger?: AdminServerOptions['ledger'] } = {},
) {
  const clock = options.clock ?? systemClock;
  const directory = await temporaryDirectory();
  await mountTls(files, directory.path);
  const adminFiles = await AdminFiles.open({ directory: directory.path, clock, logger: silentLogger });
  const { state, registry } = newState({ ...options, key: adminFiles.current.snapshotKey, clock });
  const admin = new AdminServer({
    files: adminFiles,
    state,
    clock,
    logger: silentLogger,
    ...(options.counts === undefined ? {} : { counts: options.counts }),
    ...(options.ledger === undefined ? {} : { ledger: options.ledger }),
  });
  const port = await admin.listen(options.port ?? 0, '127.0.0.1');
  const stop = async () => {
    adminFiles.close();
    await admin.close();
    await directory.remove();
  };
  return { state, registry, admin, adminFiles, port, directory: directory.path, stop };
}
