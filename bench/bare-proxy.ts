// The least that a proxy in Node can be: node:http in front, undici behind, bytes passed on as they come. It knows no keys, parses
// nothing and counts nothing, so what the gateway costs more than this is the price of being a gateway.
// Takes the origin of the upstream as its argument; prints its port.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Pool, type Dispatcher } from 'undici';

const PASSED_HEADERS = ['content-type', 'content-length'];

class Relay implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  #controller: Dispatcher.DispatchController | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on('drain', () => this.#controller?.resume());
    response.on('close', () => {
      if (!response.writableFinished) this.#controller?.abort(new Error('the caller has left'));
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    const out: string[] = [];
    for (const name of PASSED_HEADERS) {
      const value = headers[name];
      if (typeof value === 'string') out.push(name, value);
    }
    this.#response.writeHead(status, out);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#response.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(): void {
    if (this.#response.headersSent) this.#response.destroy();
    else this.#response.writeHead(502).end();
  }
}

function proxyTo(pool: Pool): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const body: Buffer[] = [];
    request.on('data', (chunk: Buffer) => body.push(chunk));
    request.on('end', () => {
      const headers = ['content-type', 'application/json', 'authorization', request.headers.authorization ?? ''];
      const path = request.url ?? '/';
      pool.dispatch({ path, method: 'POST', headers, body: body.length === 1 ? body[0]! : Buffer.concat(body) }, new Relay(response));
    });
  };
}

const pool = new Pool(process.argv[2] ?? '', { connections: null, pipelining: 1, allowH2: false });
const server = createServer({ noDelay: true }, proxyTo(pool));
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
