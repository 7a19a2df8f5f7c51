// The Platform API of `flashback up`: one token, and objects as manifests in the state directory.
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import type { Ledger } from './ledger/ledger.ts';
import { createPlatformApp } from './platform/app.ts';
import { noLedger } from './platform/no-ledger.ts';
import { OPERATIONS } from './platform/operations.ts';
import { PlatformServer } from './platform/server.ts';
import { platformServices, type PlatformParts } from './platform-services.ts';
import { listenOn, packageVersion } from './process.ts';
import { StandaloneObjects } from './standalone/platform-objects.ts';
import { platformToken, tokenAuthenticator } from './standalone/platform-token.ts';
import type { StandaloneSession } from './standalone/session.ts';
import type { Logger } from './telemetry/log.ts';
import type { OperatorMetrics } from './telemetry/metrics.ts';

export interface UpPlatformOptions extends Omit<PlatformParts, 'objects' | 'store' | 'ledger'> {
  port: number;
  host: string;
  stateDir: string;
  session: StandaloneSession;
  ledger: Ledger | undefined;
  clock: Clock;
  logger: Logger;
  metrics: OperatorMetrics;
}

/** Where manifests that it writes are. */
export function platformDirectory(stateDir: string): string {
  return join(stateDir, 'platform');
}

export interface UpPlatform {
  port: number;
  tokenPath: string;
  close(): Promise<void>;
}

/** @throws StartError where the port cannot be had. */
export async function openUpPlatform({ port, host, stateDir, session, ledger, metrics, ...parts }: UpPlatformOptions): Promise<UpPlatform> {
  const { clock, logger } = parts;
  const tokenPath = join(stateDir, 'platform-token');
  const authenticator = tokenAuthenticator(await platformToken(tokenPath));
  const objects = new StandaloneObjects({
    directory: platformDirectory(stateDir),
    store: session.store,
    validate: (object) => session.validate(object),
    refresh: (gone) => session.refresh(gone),
  });
  const services = platformServices({ ...parts, objects, store: session.store, ledger: ledger ?? noLedger(logger) });
  const app = createPlatformApp({ operations: OPERATIONS, serving: () => ({ services, authenticator }), version: packageVersion(), clock, logger, metrics });
  const server = new PlatformServer({ app, clock, logger });
  const bound = await listenOn('platform-api-port', port, () => server.listen(port, host));
  return { port: bound, tokenPath, close: () => server.close() };
}
