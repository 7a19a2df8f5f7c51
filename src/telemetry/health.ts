// /livez, /readyz and /metrics of every process, on a port of their own.
import express from 'express';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** Named checks; each returns what is wrong, or undefined. */
export type HealthChecks = Record<string, () => string | undefined>;

export interface HealthOptions {
  registry: Registry;
  live: HealthChecks;
  ready: HealthChecks;
  /** Called before each scrape, for gauges that are computed then. */
  beforeScrape?: () => void;
}

function run(checks: HealthChecks): { ok: boolean; text: string } {
  const results = Object.entries(checks).map(([name, check]) => ({ name, problem: check() }));
  const lines = results.map(({ name, problem }) => (problem === undefined ? `[+] ${name} ok` : `[-] ${name}: ${problem}`));
  return { ok: results.every(({ problem }) => problem === undefined), text: `${lines.join('\n')}\n` };
}

export class HealthServer {
  readonly #server: Server;

  constructor({ registry, live, ready, beforeScrape }: HealthOptions) {
    const app = express().disable('x-powered-by').disable('etag');
    for (const [path, checks] of [['/livez', live], ['/readyz', ready], ['/healthz', live]] as const) {
      app.get(path, (_request, response) => {
        const { ok, text } = run(checks);
        response.status(ok ? 200 : 503).type('text/plain').send(text);
      });
    }
    app.get('/metrics', async (_request, response) => {
      beforeScrape?.();
      const text = await registry.metrics();
      response.type(registry.contentType).send(text);
    });
    this.#server = createServer(app);
  }

  /** Resolves with the port; rejects with the system's error, for example EADDRINUSE. */
  listen(port: number, host?: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, host }, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
