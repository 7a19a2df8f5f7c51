// The port of the Platform API: HTTP, or HTTPS with a certificate from files that are read again when they change, or with one that it is given.
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { Connections } from '../connections.ts';
import { OpenAnswers, refuseUnreadable } from './sockets.ts';
import type { Logger } from '../telemetry/log.ts';

/** Certificates are renewed days before they end. */
const LOOK_MS = 60_000;
/** For slow callers and idle ones; answers have a deadline of their own. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  /** How often the two above are looked at. */
  connectionsCheckingInterval: 5_000,
  /** Longer than proxies keep idle connections, by their own defaults: otherwise they send requests into one that is just being closed. */
  keepAliveTimeout: 65_000,
  /** A token of 16 kB and the rest. */
  maxHeaderSize: 32 * 1024,
};
const HANDSHAKE_MS = 10_000;
const MAX_CONNECTIONS = 1_000;
const MIN_VERSION = 'TLSv1.2';

export interface PlatformServerOptions {
  app: RequestListener;
  /** Directory with tls.crt and tls.key. */
  tlsDirectory?: string | undefined;
  /** HTTPS with what `use` is given, and no handshake before. Without this and a directory: plain HTTP. */
  givenCertificate?: boolean;
  /** In place of the usual ones. */
  limits?: Partial<typeof LIMITS>;
  maxConnections?: number;
  clock: Clock;
  logger: Logger;
}

/** Both PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

async function readCertificate(directory: string): Promise<Certificate> {
  const [cert, key] = await Promise.all(['tls.crt', 'tls.key'].map((name) => readFile(join(directory, name), 'utf8')));
  return { cert: cert ?? '', key: key ?? '' };
}

export class PlatformServer {
  readonly #options: PlatformServerOptions;
  readonly #answers: OpenAnswers;
  #server: Server | undefined;
  #connections: Connections | undefined;
  #look: { clear(): void } | undefined;

  constructor(options: PlatformServerOptions) {
    this.#options = options;
    this.#answers = new OpenAnswers(options.clock);
  }

  /** Resolves with the port; rejects with the system's error, or where the certificate cannot be read. */
  async listen(port: number, host?: string): Promise<number> {
    const { tlsDirectory, givenCertificate = false, maxConnections = MAX_CONNECTIONS } = this.#options;
    const limits = { ...LIMITS, ...this.#options.limits };
    const app: RequestListener = (request, response) => {
      this.#answers.watch(response);
      return this.#options.app(request, response);
    };
    const certificate = tlsDirectory === undefined ? undefined : await readCertificate(tlsDirectory);
    const isPlain = certificate === undefined && !givenCertificate;
    const server = isPlain ? createServer(limits, app) : createTlsServer({ ...limits, ...certificate, handshakeTimeout: HANDSHAKE_MS, minVersion: MIN_VERSION }, app);
    server.maxConnections = maxConnections;
    server.on('clientError', refuseUnreadable);
    this.#server = server;
    this.#connections = new Connections(server);
    if (certificate !== undefined && server instanceof TlsServer) this.#scheduleLook(certificate, (next) => this.use(next));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    return (server.address() as AddressInfo).port;
  }

  /** For connections from now on. Only after listen(), and where it is HTTPS. */
  use({ cert, key }: Certificate): void {
    if (this.#server instanceof TlsServer) this.#server.setSecureContext({ cert, key, minVersion: MIN_VERSION });
  }

  async close(): Promise<void> {
    this.#look?.clear();
    const server = this.#server;
    if (server === undefined) return;
    this.#answers.close();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    const cut = this.#options.clock.setTimeout(() => this.#connections?.cut(), 5_000);
    await closed;
    cut.clear();
  }

  #scheduleLook(current: Certificate, replace: (next: Certificate) => void): void {
    const { clock, logger, tlsDirectory = '' } = this.#options;
    this.#look = clock.setTimeout(() => {
      readCertificate(tlsDirectory)
        .then((next) => {
          if (next.cert !== current.cert || next.key !== current.key) replace(next);
          return next;
        })
        .catch((error: unknown) => {
          logger.warn({ reason: error instanceof Error ? error.message : 'unknown' }, 'the certificate of the Platform API cannot be read again; the old one stays');
          return current;
        })
        .then((next) => this.#scheduleLook(next, replace), () => undefined);
    }, LOOK_MS);
  }
}
