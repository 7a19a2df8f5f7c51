// The life of a process: signals and fatal errors, the same for every command.
import { readFileSync } from 'node:fs';
import type { Logger } from './telemetry/log.ts';

/**
 * Resolves at the first SIGTERM or SIGINT with its name. From then on a second signal ends the process at once. What
 * nobody handled is logged and ends it too: a process in an unknown state must not go on serving.
 */
export function firstSignal(logger: Logger): Promise<NodeJS.Signals> {
  const die = (kind: string) => (error: unknown) => {
    logger.fatal({ err: error }, kind);
    process.exit(1);
  };
  process.on('uncaughtException', die('uncaught exception'));
  process.on('unhandledRejection', die('unhandled rejection'));
  return new Promise((resolve) => {
    let stopping = false;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (stopping) process.exit(1);
      stopping = true;
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}

/** A failure that its message alone explains to the person who started the process. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Runs a listen call; a port in use becomes a sentence that names the flag to change. */
export async function listenOn(flag: string, port: number, listen: () => Promise<number>): Promise<number> {
  try {
    return await listen();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new StartError(`Port ${port} is in use. Choose another with --${flag}.`);
    if (code === 'EACCES') throw new StartError(`Port ${port} may not be used by this user. Choose another with --${flag}.`);
    throw error;
  }
}

/** What `read` makes of settings; a RangeError of it becomes a StartError. */
export function readOrStop<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new StartError(error.message, { cause: error });
    throw error;
  }
}

/** Version of this program. */
export function packageVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
