// How a gateway starts while the operator is away: from the sealed snapshot that is mounted into it. Never fatal: without one
// it waits for a push.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { newestCompleteSet, openSnapshot } from '../snapshot/seal.ts';
import type { Logger } from '../telemetry/log.ts';
import type { GatewayState } from './state.ts';

const RETRY = 1_000;

/** Sealed parts in a directory: `DIR/NAME/part`, as Secrets are mounted, and `DIR/NAME.part`. Empty where there is none. */
export async function readSealedParts(directory: string): Promise<Buffer[]> {
  const names = await readdir(directory).catch(() => []);
  const paths = names.map((name) => join(directory, ...(name.endsWith('.part') ? [name] : [name, 'part'])));
  const read = await Promise.all(paths.map((path) => readFile(path).catch(() => undefined)));
  return read.filter((bytes) => bytes !== undefined);
}

export interface BootLoaderOptions {
  directory: string;
  /** Root snapshot key at the time of the call. */
  key: () => Buffer;
  state: Pick<GatewayState<unknown>, 'ready' | 'apply'>;
  clock: Clock;
  logger: Logger;
}

/**
 * Applies the boot snapshot, trying each second until there is one or a push was faster. Resolves with what was first, or
 * 'aborted'; never rejects.
 */
export async function bootFromSealed(options: BootLoaderOptions, signal?: AbortSignal): Promise<'loaded' | 'pushed' | 'aborted'> {
  const { directory, state, clock, logger } = options;
  let said = '';
  while (signal?.aborted !== true) {
    if (state.ready) return 'pushed';
    const reason = await tryBoot(options);
    if (reason === undefined) return 'loaded';
    // A push that came in between is newer: that it refused the boot snapshot is no news.
    if (state.ready) return 'pushed';
    if (reason !== said) logger.warn({ directory, reason }, 'no boot snapshot yet');
    said = reason;
    await new Promise<void>((resolve) => clock.setTimeout(resolve, RETRY));
  }
  return 'aborted';
}

async function tryBoot({ directory, key, state, logger }: BootLoaderOptions): Promise<string | undefined> {
  try {
    const parts = await readSealedParts(directory);
    if (state.ready) return 'a snapshot was pushed';
    const snapshot = openSnapshot(newestCompleteSet(parts.map((bytes) => ({ bytes }))).map(({ bytes }) => bytes), key());
    const answer = state.apply(snapshot);
    if (answer.result === 'NACK') return `${answer.object}: ${answer.reason}`;
    logger.info({ epoch: snapshot.epoch, revision: snapshot.revision }, 'serving from the boot snapshot');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
