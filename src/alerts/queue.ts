// Notices that wait for one receiver: what was blocked before what was only noticed, and no tenant at the cost of the others. Pure.
import { parseKey } from '../api/resources.ts';
import type { Notice } from './notice.ts';

function tenantOf({ violation }: Notice): string {
  return parseKey(violation.repository).namespace;
}

function isBlock({ violation }: Notice): boolean {
  return violation.action === 'Block';
}

export class NoticeQueue {
  readonly #most: number;
  /** As they are delivered. */
  #waiting: Notice[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Answers with the one that finds no room: of the namespace that has most of it, the latest, what was only noticed first. */
  add(notice: Notice): Notice | undefined {
    const at = isBlock(notice) ? this.#waiting.findIndex((other) => !isBlock(other)) : -1;
    this.#waiting.splice(at === -1 ? this.#waiting.length : at, 0, notice);
    if (this.#waiting.length <= this.#most) return undefined;
    const byTenant = Map.groupBy(this.#waiting, tenantOf);
    const largest = Math.max(...[...byTenant.values()].map(({ length }) => length));
    const own = byTenant.get(tenantOf(notice)) ?? [];
    const [given] = own.length === largest ? own.slice(-1) : [...byTenant.values()].find(({ length }) => length === largest)!.slice(-1);
    this.#waiting = this.#waiting.filter((other) => other !== given);
    return given;
  }

  next(): Notice | undefined {
    return this.#waiting.shift();
  }

  /** How many there were. */
  clear(): number {
    return this.#waiting.splice(0).length;
  }
}
