// Decides when a person is told what: one report once things have settled after the start, then a line per change.
import type { AnyResource } from '../api/resources.ts';
import type { Reason } from '../api/conditions.ts';
import type { Clock } from '../clock.ts';
import type { KeyNews } from './key-news.ts';
import { printableLine, printableText } from './printable.ts';
import { describeStatus } from './report.ts';

/** The report waits this long at most. */
const LONGEST_WAIT_MS = 10_000;
/** Statuses follow from one another; after this much silence no more is to come. */
const QUIET_MS = 300;
const IN_PROGRESS: ReadonlySet<string> = new Set<Reason>(['Progressing', 'PushPending', 'NoGateways', 'CredentialsUnproven']);

/** Whether a reconciler has looked at this very state of the object and come to a result. */
export function isSettled({ metadata, status }: AnyResource): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready !== undefined && status?.observedGeneration === metadata.generation && !IN_PROGRESS.has(ready.reason);
}

export interface NarratorOptions {
  clock: Clock;
  /** Prints text as it is. */
  say: (text: string) => void;
  resources: () => readonly AnyResource[];
  report: () => Promise<string>;
  /** How to try a key; undefined while there is none that works. The report shows it by itself. */
  example: () => Promise<string | undefined>;
}

export class Narrator {
  readonly #options: NarratorOptions;
  readonly #told = new Map<string, string>();
  #timers: { clear(): void }[] = [];
  #shownExample = false;
  #state: 'waiting' | 'reporting' | 'live' | 'stopped' = 'waiting';

  constructor(options: NarratorOptions) {
    this.#options = options;
  }

  /** Call once everything runs. */
  start(): void {
    this.#timers.push(this.#options.clock.setTimeout(() => void this.#report(), LONGEST_WAIT_MS));
    this.#waitForQuiet();
  }

  stop(): void {
    this.#state = 'stopped';
    for (const timer of this.#timers) timer.clear();
  }

  /** Said at once, also before the report: mistakes in manifests are what people wait for. */
  lines(lines: readonly string[]): void {
    if (lines.length > 0 && this.#state !== 'stopped') this.#options.say(`${lines.map(printableLine).join('\n')}\n`);
  }

  /** New keys are in the report; before it, only ends of keys are worth a line. */
  onKey({ line, harmless }: KeyNews): void {
    if (this.#state === 'live' || !harmless) this.lines([line]);
    this.#tryExample();
  }

  onStatus(resource: AnyResource): void {
    if (this.#state === 'waiting') return this.#waitForQuiet();
    if (this.#state !== 'live') return;
    const line = describeStatus(resource);
    if (this.#isNews(resource, line) && isSettled(resource)) this.lines([line]);
    this.#tryExample();
  }

  #tryExample(): void {
    // What cannot be read now is read at the next occasion.
    if (this.#state === 'live' && !this.#shownExample) void this.#showExample().catch(() => undefined);
  }

  async #showExample(): Promise<void> {
    const text = await this.#options.example();
    if (text === undefined || this.#shownExample || this.#state !== 'live') return;
    this.#shownExample = true;
    this.#options.say(printableText(text));
  }

  #isNews({ kind, metadata }: AnyResource, line: string): boolean {
    const isNews = this.#told.get(`${kind} ${metadata.uid}`) !== line;
    this.#told.set(`${kind} ${metadata.uid}`, line);
    return isNews;
  }

  #waitForQuiet(): void {
    const { clock, resources } = this.#options;
    const [longest, quiet] = this.#timers;
    quiet?.clear();
    const next = clock.setTimeout(() => {
      if (resources().every(isSettled)) void this.#report();
    }, QUIET_MS);
    this.#timers = longest === undefined ? [next] : [longest, next];
  }

  async #report(): Promise<void> {
    if (this.#state !== 'waiting') return;
    this.#state = 'reporting';
    for (const timer of this.#timers) timer.clear();
    // In this order: twice is better than never.
    this.#shownExample = (await this.#options.example()) !== undefined;
    const text = await this.#options.report();
    if (this.#state !== 'reporting') return;
    this.#options.say(printableText(text));
    this.#state = 'live';
    for (const resource of this.#options.resources()) this.#isNews(resource, describeStatus(resource));
  }
}
