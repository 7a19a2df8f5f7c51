// The ledger side of a gateway's push channel on an ephemeral port, with a real certificate: tells batches until they are confirmed.
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import type { LedgerBatch, LedgerConfirmation } from '../../src/ledger/entries.ts';
import { GATEWAY_SECRET } from '../../src/push/certificates.ts';
import type { MemorySecretFiles } from './secret-files.ts';

export class LedgerGateway {
  readonly #server: Server;
  #batches: LedgerBatch[] = [];
  #held: (() => void)[] = [];
  /** Of each ledger call, in their order. */
  readonly calls: LedgerConfirmation[][] = [];
  /** In place of batches, as JSON; a number is a status. */
  answer: unknown;

  constructor(files: MemorySecretFiles) {
    const bundle = files.bundles.get(GATEWAY_SECRET) ?? {};
    const tls = { ca: bundle['ca.crt'], cert: bundle['tls.crt'], key: bundle['tls.key'], requestCert: true, rejectUnauthorized: true };
    this.#server = createServer(tls, (request, response) => {
      void (async () => {
        if (request.url?.startsWith('/v1/report') === true) return response.end(JSON.stringify({ rejectedCredentials: [] }));
        if (request.method !== 'POST' || request.url !== '/v1/ledger') return response.writeHead(404).end();
        const { confirmed } = (await json(request)) as { confirmed: LedgerConfirmation[] };
        this.calls.push(confirmed);
        if (typeof this.answer === 'number') return response.writeHead(this.answer).end();
        if (this.answer !== undefined) return response.end(JSON.stringify(this.answer));
        for (const { source, sequence } of confirmed) this.#batches = this.#batches.filter((batch) => batch.source !== source || batch.sequence > sequence);
        if (this.#batches.length === 0) await new Promise<void>((resolve) => this.#held.push(resolve));
        return response.end(JSON.stringify({ batches: this.#batches }));
      })();
    });
  }

  /** Batches that are not confirmed. */
  get left(): number[] {
    return this.#batches.map(({ sequence }) => sequence);
  }

  tell(...batches: LedgerBatch[]): void {
    this.#batches.push(...batches);
    for (const release of this.#held.splice(0)) release();
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}
