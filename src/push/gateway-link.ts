// One gateway, as the operator sees it: long polls that are always out, and a push whenever what the gateway has is not what it
// should have. All recover on their own, so that a lost push, a restarted gateway or a restarted operator need no special case.
import type { Clock } from '../clock.ts';
import type { GatewayReport, PushAnswer, Snapshot } from '../snapshot/snapshot.ts';
import { Backoff } from './backoff.ts';
import { GatewayClient, GatewayUnreachableError, type EncodedSnapshot, type PushTls } from './gateway-client.ts';
import { LedgerPoll, type Collect } from './ledger-poll.ts';

export interface GatewayEndpoint {
  /** Unique among the gateways; a pod keeps it for life. */
  id: string;
  host: string;
  port: number;
  /** As the cluster sees it. Undefined where nobody says: then a gateway is ready when it answers and has a snapshot. */
  ready?: boolean;
}

/** The snapshot that every gateway should have. */
export interface Target {
  snapshot: Snapshot;
  encoded: EncodedSnapshot;
}

export interface LinkOptions {
  clock: Clock;
  random: () => number;
  isLeader: () => boolean;
  target: () => Target | undefined;
  tls: PushTls;
  /** Undefined: there is no ledger, and gateways are not asked. */
  collect?: Collect | undefined;
}

export interface LinkEvents {
  onReport(report: GatewayReport): void;
  /** `revision`: of the snapshot that was answered to. */
  onAnswer(answer: PushAnswer, revision: number): void;
  /** A push did not get through; it will be repeated. */
  onPushFailed(reason: string): void;
  /** The gateway cannot be reached any more, or not yet. Once, until it has been reached again. */
  onLost(reason: string): void;
  /** The gateway is there, and could not be asked for what belongs in the ledger. Once, until it has answered again. */
  onLedgerFailed(reason: string): void;
  /** Reachability, or what the gateway has, may have changed. */
  onChange(): void;
}

/** What is known of a gateway. `applied` stays while it cannot be reached: it goes on serving what it has. */
export interface LinkView {
  contact: 'none-yet' | 'reachable' | 'unreachable';
  applied: GatewayReport['applied'];
}

export class GatewayLink {
  readonly #options: LinkOptions;
  readonly #events: LinkEvents;
  readonly #address: { host: string; port: number };
  readonly #pollBackoff: Backoff;
  readonly #pushBackoff: Backoff;
  readonly #ledger: LedgerPoll | undefined;
  #client: GatewayClient;
  #closed = false;
  #contact: LinkView['contact'] = 'none-yet';
  #applied: GatewayReport['applied'];
  #wakePoll: () => void = () => {};
  #pushing = false;
  /** Set while a push waits for its next attempt. */
  #pushTimer: { clear(): void } | undefined;
  /** The snapshot that was refused last: it is tried again by and by, another one at once. */
  #refused: { digest: string; answer: string } | undefined;

  constructor(address: { host: string; port: number }, options: LinkOptions, events: LinkEvents) {
    this.#address = address;
    this.#options = options;
    this.#events = events;
    this.#pollBackoff = new Backoff(options.random);
    this.#pushBackoff = new Backoff(options.random);
    this.#client = new GatewayClient(address, options.tls, options.clock);
    void this.#poll();
    this.#ledger = this.#pollLedger();
  }

  get view(): LinkView {
    return { contact: this.#contact, applied: this.#applied };
  }

  /** The target has changed. */
  update(): void {
    if (this.#refused !== undefined && this.#refused.digest !== this.#options.target()?.snapshot.digest) this.#pushNow();
    else void this.#push();
  }

  /** There is reason to think that the gateway can be reached again. */
  redial(): void {
    this.#pollBackoff.reset();
    this.#wakePoll();
    this.#ledger?.redial();
    this.#pushNow();
  }

  replaceTls(tls: PushTls): void {
    const before = this.#client;
    this.#client = new GatewayClient(this.#address, tls, this.#options.clock);
    void before.close();
    this.redial();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wakePoll();
    this.#pushTimer?.clear();
    await Promise.all([this.#ledger?.close(), this.#client.close()]);
  }

  /** Whatever the state of the gateway: the last batches of one that goes are worth the most. */
  #pollLedger(): LedgerPoll | undefined {
    const { collect, clock, random, isLeader } = this.#options;
    if (collect === undefined) return undefined;
    const onFailed = (reason: string): void => {
      // Of one that cannot be reached at all the other poll tells.
      if (this.#contact === 'reachable') this.#events.onLedgerFailed(reason);
    };
    return new LedgerPoll({ source: () => this.#client, collect, clock, random, isLeader, onFailed });
  }

  async #poll(): Promise<void> {
    while (!this.#closed) {
      const client = this.#client;
      try {
        if (!this.#options.isLeader()) throw new GatewayUnreachableError('this operator does not lead');
        // The first report after silence comes at once: it tells what the gateway has.
        const known = this.#contact === 'reachable' ? (this.#applied?.digest ?? '') : undefined;
        const report = await client.report(known, this.#options.target()?.snapshot.digest);
        if (this.#closed) return;
        this.#pollBackoff.reset();
        this.#seen(report);
      } catch (error) {
        if (this.#closed) return;
        if (client !== this.#client) continue;
        if (this.#contact !== 'unreachable') this.#events.onLost(reasonOf(error));
        this.#contact = 'unreachable';
        this.#events.onChange();
        await this.#pause(this.#pollBackoff.next());
      }
    }
  }

  #seen(report: GatewayReport): void {
    const isBack = this.#contact !== 'reachable';
    this.#contact = 'reachable';
    this.#applied = report.applied;
    this.#events.onReport(report);
    this.#events.onChange();
    if (isBack) {
      this.#ledger?.redial();
      this.#pushNow();
    } else void this.#push();
  }

  #pushNow(): void {
    this.#pushTimer?.clear();
    this.#pushTimer = undefined;
    this.#pushBackoff.reset();
    void this.#push();
  }

  async #push(): Promise<void> {
    // One at a time; the next one takes whatever is current by then.
    if (this.#pushing || this.#pushTimer !== undefined) return;
    this.#pushing = true;
    try {
      for (let target = this.#due(); target !== undefined; target = this.#due()) {
        if (!(await this.#attempt(target))) break;
      }
    } finally {
      this.#pushing = false;
    }
  }

  #due(): Target | undefined {
    const target = this.#options.target();
    // A gateway that cannot be reached is pushed to as soon as the poll has found it.
    if (this.#closed || target === undefined || this.#contact !== 'reachable') return undefined;
    return target.snapshot.digest === this.#applied?.digest ? undefined : target;
  }

  /** False: try again later. */
  async #attempt({ snapshot, encoded }: Target): Promise<boolean> {
    if (!this.#options.isLeader()) return this.#pushLater();
    const client = this.#client;
    let answer: PushAnswer;
    try {
      answer = await client.push(encoded);
    } catch (error) {
      if (this.#closed || client !== this.#client) return !this.#closed;
      this.#events.onPushFailed(reasonOf(error));
      return this.#pushLater();
    }
    if (this.#closed) return false;
    if (answer.result === 'ACK') {
      this.#refused = undefined;
      this.#pushBackoff.reset();
      this.#applied = { epoch: snapshot.epoch, revision: answer.revision, digest: answer.digest };
      this.#events.onAnswer(answer, snapshot.revision);
      this.#events.onChange();
      return answer.digest === snapshot.digest || this.#pushLater();
    }
    const said = `${answer.object}: ${answer.reason}`;
    const isNews = this.#refused?.digest !== snapshot.digest || this.#refused.answer !== said;
    this.#refused = { digest: snapshot.digest, answer: said };
    if (isNews) this.#events.onAnswer(answer, snapshot.revision);
    // onAnswer may have led to a new snapshot already, without what was refused.
    return this.#options.target()?.snapshot.digest !== snapshot.digest || this.#pushLater();
  }

  #pushLater(): false {
    this.#pushTimer?.clear();
    this.#pushTimer = this.#options.clock.setTimeout(() => {
      this.#pushTimer = undefined;
      void this.#push();
    }, this.#pushBackoff.next());
    return false;
  }

  async #pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.setTimeout(resolve, ms);
      this.#wakePoll = () => {
        timer.clear();
        resolve();
      };
    });
    this.#wakePoll = () => {};
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
