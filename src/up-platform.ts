// The Platform API of `flashback up`: one token, and objects as manifests in the state directory.
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from './clock.ts';
import type { Ledger } from './ledger/ledger.ts';
import { createPlatformApp } from './platform/app.ts';
import { readSealer } from './platform/conversations/sealer.ts';
import { noLedger } from './platform/no-ledger.ts';
import { OPERATIONS } from './platform/operations.ts';
import { PlatformServer } from './platform/server.ts';
import { platformServices, type PlatformParts } from './platform-services.ts';
import { listenOn, packageVersion, readOrStop } from './process.ts';
import { StandaloneObjects } from './standalone/platform-objects.ts';
import { platformToken, tokenAuthenticator } from './standalone/platform-token.ts';
import type { StandaloneSession } from './standalone/session.ts';
import type { Logger } from './telemetry/log.ts';
import type { OperatorMetrics } from './telemetry/metrics.ts';

export interface UpPlatformOptions extends Omit<PlatformParts, 'objects' | 'store' | 'ledger' | 'sealer'> {
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

/** Made at the first start; conversations cannot be read without it. */
function conversationKeys(stateDir: string): string {
  const path = join(stateDir, 'conversation-keys');
  if (!existsSync(path)) writeFileSync(path, `1:${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  return path;
}

export interface UpPlatform {
  port: number;
  token: string;
  tokenPath: string;
  close(): Promise<void>;
}

/** @throws StartError where the port cannot be had. */
export async function openUpPlatform({ port, host, stateDir, session, ledger, metrics, ...parts }: UpPlatformOptions): Promise<UpPlatform> {
  const { clock, logger } = parts;
  const tokenPath = join(stateDir, 'platform-token');
  const token = await platformToken(tokenPath);
  const authenticator = tokenAuthenticator(token);
  const objects = new StandaloneObjects({
    directory: platformDirectory(stateDir),
    store: session.store,
    validate: (object) => session.validate(object),
    refresh: (gone) => session.refresh(gone),
  });
  const sealer = readOrStop(() => readSealer(conversationKeys(stateDir)));
  const services = platformServices({ ...parts, sealer, objects, store: session.store, ledger: ledger ?? noLedger(logger) });
  const app = createPlatformApp({ operations: OPERATIONS, serving: () => ({ services, authenticator }), version: packageVersion(), clock, logger, metrics });
  const server = new PlatformServer({ app, clock, logger });
  const bound = await listenOn('platform-api-port', port, () => server.listen(port, host));
  return { port: bound, token, tokenPath, close: () => server.close() };
}
