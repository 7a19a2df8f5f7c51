// How many questions of the ledger each caller of the Platform API has under way: the rest waits, so that nobody holds all who answer.
import type { Clock } from '../clock.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { Turns } from './turns.ts';

/** Both stores answer one more at a time, which is left to the operator. */
export const QUESTIONS = { perCaller: 2, inAll: 3 };
/** A page of statistics may be many questions, and one may take 10 seconds. */
const WAITING = { patience: 30_000, perCaller: 100, inAll: 1_000 };
/** Milliseconds that a question which took too long keeps its turn: SQLite may still be at it, and so would the next one of its kind. */
export const AFTER_TOO_LONG = 20_000;

export class LedgerTurns {
  readonly #turns: Turns;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#turns = new Turns(QUESTIONS, clock, WAITING);
  }

  /** The ledger as one caller has it. Questions reject with ApiError as `Turns.enter` does; what is written waits for no turn. */
  of(caller: string, ledger: Ledger): Ledger {
    const asked = <Args extends unknown[], Answer>(ask: (...args: Args) => Promise<Answer>) =>
      (...args: Args): Promise<Answer> => this.#run(caller, () => ask(...args));
    return {
      usage: asked((...args) => ledger.usage(...args)),
      countUsage: asked((...args) => ledger.countUsage(...args)),
      violations: asked((...args) => ledger.violations(...args)),
      violationSums: asked((...args) => ledger.violationSums(...args)),
      alerts: asked((...args) => ledger.alerts(...args)),
      audited: asked((...args) => ledger.audited(...args)),
      conversation: asked((...args) => ledger.conversation(...args)),
      conversations: asked((...args) => ledger.conversations(...args)),
      messages: asked((...args) => ledger.messages(...args)),
      openings: asked((...args) => ledger.openings(...args)),
      ingest: (...args) => ledger.ingest(...args),
      audit: (...args) => ledger.audit(...args),
      createConversation: (...args) => ledger.createConversation(...args),
      addMessages: (...args) => ledger.addMessages(...args),
      deleteConversation: (...args) => ledger.deleteConversation(...args),
      compact: (...args) => ledger.compact(...args),
      close: () => ledger.close(),
    };
  }

  async #run<Answer>(caller: string, ask: () => Promise<Answer>): Promise<Answer> {
    await this.#turns.enter(caller);
    let isTooLong = false;
    try {
      return await ask();
    } catch (error) {
      isTooLong = error instanceof Error && error.name === 'LedgerTooSlowError';
      throw error;
    } finally {
      if (isTooLong) this.#clock.setTimeout(() => this.#turns.leave(caller), AFTER_TOO_LONG);
      else this.#turns.leave(caller);
    }
  }
}
