// Readers of a ledger in SQLite, those of callers and those of the operator itself: however much callers ask, statuses are written.
import { Readers, type ReadersOptions } from './readers.ts';
import type { Question } from './messages.ts';

export class ReaderPools {
  readonly #callers: Readers;
  readonly #operator: Readers;

  constructor(options: ReadersOptions) {
    this.#callers = new Readers(options);
    this.#operator = new Readers(options);
  }

  ask(method: Question['method'], args: readonly unknown[]): Promise<unknown> {
    return (isForOperator(args[0]) ? this.#operator : this.#callers).ask(method, args);
  }

  async close(): Promise<void> {
    await Promise.all([this.#callers.close(), this.#operator.close()]);
  }
}

function isForOperator(question: unknown): boolean {
  return typeof question === 'object' && question !== null && 'forOperator' in question && question.forOperator === true;
}
