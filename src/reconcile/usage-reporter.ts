// Brings sums of the ledger into status.usage: of each object at most once a minute, only where something has changed, and spread over the
// minute, so that thousands of objects are neither asked for nor written at once.
import { keyOf, parseKey, type Kind, type ResourceByKind } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { Logger } from '../telemetry/log.ts';
import type { ResourceStore } from './store.ts';
import { hasToday, nextUsage, type UsageStatus, type Used } from './usage-status.ts';

export type UsedKind = Extract<Kind, 'Repository' | 'AILLMConfig'>;
const USED_KINDS: readonly UsedKind[] = ['Repository', 'AILLMConfig'];

/** Milliseconds between two steps; in each, one of the slots has its turn. */
const STEP = 5_000;
const SLOTS = 12;
const DAY = 86_400_000;

export interface UsageReporterOptions {
  store: Pick<ResourceStore, 'get' | 'list'>;
  /** Sums by UID; absent: nothing was ever used. */
  read(kind: UsedKind, uids: readonly string[], now: number): Promise<ReadonlyMap<string, Used>>;
  /** Has it written with the status of the object. */
  report(object: ResourceByKind[UsedKind], usage: UsageStatus): void;
  clock: Clock;
  logger: Logger;
}

/** The turn of an object within the minute, always the same. */
export function slotOf(key: string): number {
  let sum = 0;
  for (let index = 0; index < key.length; index += 1) sum = (sum * 31 + key.charCodeAt(index)) % 65_521;
  return sum % SLOTS;
}

export class UsageReporter {
  readonly #options: UsageReporterOptions;
  /** Objects whose sums may have changed, by kind and turn. */
  readonly #due: Record<UsedKind, Set<string>[]> = { Repository: emptySlots(), AILLMConfig: emptySlots() };
  #timer: { clear(): void } | undefined;
  #turn = 0;
  #day = 0;
  #isFailing = false;
  #stopped = false;
  #stepping: Promise<void> = Promise.resolve();

  constructor(options: UsageReporterOptions) {
    this.#options = options;
  }

  /** Whoever wrote before may have stopped in the middle: all objects are looked at once. */
  start(): void {
    const { store, clock } = this.#options;
    this.#day = dayOf(clock.now());
    for (const kind of USED_KINDS) for (const { metadata } of store.list(kind)) this.touch(kind, keyOf(metadata));
    this.#later();
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.clear();
    await this.#stepping;
  }

  /** `key`: `namespace/name`. */
  touch(kind: UsedKind, key: string): void {
    this.#due[kind][slotOf(key)]?.add(key);
  }

  #later(): void {
    if (this.#stopped) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#stepping = this.#step().finally(() => this.#later());
    }, STEP);
  }

  async #step(): Promise<void> {
    this.#turnDay();
    const turn = this.#turn;
    this.#turn = (turn + 1) % SLOTS;
    for (const kind of USED_KINDS) {
      const keys = [...(this.#due[kind][turn] ?? [])];
      this.#due[kind][turn]?.clear();
      try {
        await this.#reportAll(kind, keys);
        this.#isFailing = false;
      } catch (error) {
        for (const key of keys) this.touch(kind, key);
        if (!this.#isFailing) this.#options.logger.warn({ err: error }, 'the ledger cannot be read; usage in statuses is behind');
        this.#isFailing = true;
      }
    }
  }

  async #reportAll(kind: UsedKind, keys: readonly string[]): Promise<void> {
    const { store, read, report, clock } = this.#options;
    const objects = keys.flatMap((key) => store.get(kind, parseKey(key)) ?? []);
    if (objects.length === 0) return;
    const now = clock.now();
    const sums = await read(kind, objects.map(({ metadata }) => metadata.uid), now);
    if (this.#stopped) return;
    for (const object of objects) {
      // It may have been replaced meanwhile, or written.
      const current = store.get(kind, object.metadata);
      if (current?.metadata.uid !== object.metadata.uid) continue;
      const usage = nextUsage(usageOf(current), sums.get(object.metadata.uid), now);
      if (usage !== undefined) report(current, usage);
    }
  }

  /** At midnight what stands there as today's is yesterday's. */
  #turnDay(): void {
    const { store, clock } = this.#options;
    const day = dayOf(clock.now());
    if (day === this.#day) return;
    this.#day = day;
    for (const kind of USED_KINDS) {
      for (const object of store.list(kind)) if (hasToday(usageOf(object))) this.touch(kind, keyOf(object.metadata));
    }
  }
}

function usageOf(object: ResourceByKind[UsedKind]): Used | undefined {
  return object.status?.usage;
}

function emptySlots(): Set<string>[] {
  return Array.from({ length: SLOTS }, () => new Set());
}

function dayOf(now: number): number {
  return Math.floor(now / DAY);
}
