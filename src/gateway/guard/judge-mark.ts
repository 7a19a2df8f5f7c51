// Marks the questions to judges, so that a gateway of the same operator which a judge stands behind does not judge them again. Only holders of
// the snapshot key can make a mark, it is good for one body, and not for long: whoever runs a judge sees marks, and must not be able to
// use them for anything else.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../clock.ts';

const HEADER = 'x-flashback-judge';
/** Seconds. */
const GOOD_FOR = 60;
/** Bytes: no question is as long, and whoever claims that one is must not have the gateway hash it. */
const LONGEST = 1024 * 1024;

type Body = Buffer | string;

export class JudgeMark {
  readonly #key: Buffer;
  readonly #clock: Clock;

  constructor(key: Buffer, clock: Clock) {
    this.#key = key;
    this.#clock = clock;
  }

  /** For a question of this body, as a flat list of name, value. */
  make(body: Body): string[] {
    const now = String(Math.floor(this.#clock.now() / 1000));
    return [HEADER, `${now}.${this.#sign(now, body)}`];
  }

  isOn(headers: IncomingHttpHeaders, body: Body): boolean {
    const value = headers[HEADER];
    if (typeof value !== 'string') return false;
    const [time = '', signature = ''] = value.split('.', 2);
    const age = Math.abs(this.#clock.now() / 1000 - Number(time));
    if (!(age <= GOOD_FOR) || body.length > LONGEST) return false;
    const expected = Buffer.from(this.#sign(time, body));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  #sign(time: string, body: Body): string {
    const digest = createHash('sha256').update(body).digest('hex');
    return createHmac('sha256', this.#key).update(`judge ${time} ${digest}`).digest('hex');
  }
}
