// Marks the questions to judges, so that a gateway of the same operator which a judge stands behind does not judge them again. Only holders of
// the snapshot key can make a mark, and none is good for long.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../clock.ts';

const HEADER = 'x-flashback-judge';
/** Seconds. */
const GOOD_FOR = 60;

export class JudgeMark {
  readonly #key: Buffer;
  readonly #clock: Clock;

  constructor(key: Buffer, clock: Clock) {
    this.#key = key;
    this.#clock = clock;
  }

  /** A flat list of name, value. */
  make(): string[] {
    const now = String(Math.floor(this.#clock.now() / 1000));
    return [HEADER, `${now}.${this.#sign(now)}`];
  }

  isOn(headers: IncomingHttpHeaders): boolean {
    const value = headers[HEADER];
    if (typeof value !== 'string') return false;
    const [time = '', signature = ''] = value.split('.', 2);
    const age = Math.abs(this.#clock.now() / 1000 - Number(time));
    if (!(age <= GOOD_FOR)) return false;
    const expected = Buffer.from(this.#sign(time));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #sign(time: string): string {
    return createHmac('sha256', this.#key).update(`judge ${time}`).digest('hex');
  }
}
