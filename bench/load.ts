// The load generator: a fixed number of requests, each verified. It stops at the first answer that is wrong.
import { Pool, type Dispatcher } from 'undici';
import type { Scenario } from './scenarios.ts';
import { verifierOf } from './verify.ts';

/** No single request takes longer than this, in milliseconds. */
const REQUEST_TIMEOUT = 20_000;
/** More requests at once than this mean that the target does not keep up with the rate. */
const MAX_IN_FLIGHT = 1_000;

export interface Target {
  /** Origin, without a path. */
  origin: string;
  key: string;
}

export class Load {
  readonly #pool: Pool;
  readonly #headers: string[];
  readonly #request: Buffer;
  readonly #verify: (status: number, body: Buffer) => string | undefined;

  constructor({ origin, key }: Target, scenario: Scenario) {
    this.#pool = new Pool(origin, { connections: null, pipelining: 1, allowH2: false });
    this.#headers = ['authorization', `Bearer ${key}`, 'content-type', 'application/json'];
    this.#request = scenario.request;
    this.#verify = verifierOf(scenario);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  /** `count` requests, `connections` at a time, each followed by the next at once. */
  async closedLoop(count: number, connections: number): Promise<void> {
    let left = count;
    const work = async (): Promise<void> => {
      while (left-- > 0) await this.#send(performance.now());
    };
    await Promise.all(Array.from({ length: connections }, work));
  }

  /** `count` requests at a fixed rate, whatever the target does. Resolves with each one's milliseconds from when it was due to its first byte. */
  async openLoop(count: number, perSecond: number): Promise<number[]> {
    const latencies: number[] = [];
    const start = performance.now();
    const running = new Set<Promise<void>>();
    let failure: unknown;
    for (let index = 0; index < count && failure === undefined; index += 1) {
      const due = start + (index * 1000) / perSecond;
      const wait = due - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      if (running.size >= MAX_IN_FLIGHT) throw new Error(`the target does not keep up with ${perSecond} requests per second`);
      // Timers may fire a little early; what is sent before it was due counts from when it was sent.
      const request = this.#send(Math.min(due, performance.now())).then(
        (latency) => void latencies.push(latency),
        (error: unknown) => (failure ??= error),
      );
      const tracked: Promise<void> = request.then(() => void running.delete(tracked));
      running.add(tracked);
    }
    await Promise.all(running);
    if (failure !== undefined) throw failure;
    return latencies;
  }

  #send(since: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#pool.dispatch(
        {
          path: '/v1/chat/completions',
          method: 'POST',
          headers: this.#headers,
          body: this.#request,
          headersTimeout: REQUEST_TIMEOUT,
          bodyTimeout: REQUEST_TIMEOUT,
        },
        new Reader(since, this.#verify, resolve, reject),
      );
    });
  }
}

class Reader implements Dispatcher.DispatchHandler {
  readonly #since: number;
  readonly #verify: (status: number, body: Buffer) => string | undefined;
  readonly #resolve: (latency: number) => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #firstByteAt: number | undefined;

  constructor(
    since: number,
    verify: (status: number, body: Buffer) => string | undefined,
    resolve: (latency: number) => void,
    reject: (error: Error) => void,
  ) {
    this.#since = since;
    this.#verify = verify;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  // undici takes an object for a handler by this method.
  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#firstByteAt ??= performance.now();
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const fault = this.#verify(this.#status, this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks));
    if (fault !== undefined) return this.#reject(new Error(fault));
    this.#resolve((this.#firstByteAt ?? performance.now()) - this.#since);
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#reject(error);
  }
}
