// Runs detectors: at once over what is short, in another thread over what is long or slow to look at, so that nobody waits for somebody
// else's text. What is long is even read there.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../clock.ts';
import { detect } from '../../policy/detect.ts';
import { useOf } from '../../policy/detectors/index.ts';
import { keyedHash } from '../../policy/hash.ts';
import { viewsOf } from '../../policy/normalise/views.ts';
import type { Content, Detector, Finding, Part } from '../../policy/types.ts';
import type { DetectorUse } from '../../snapshot/snapshot.ts';
import { Lane, type LaneWorker } from './lane.ts';
import type { Written } from './written.ts';

/** UTF-16 code units that all detectors together go through in less than 5 ms even where each line is full of numbers (docs/performance.md). */
export const AT_ONCE = 8 * 1024;
/** Bytes that are read in as short a time. */
export const READ_AT_ONCE = 16 * 1024;

const MEBIBYTE = 1024 * 1024;

/** Milliseconds. A text that takes longer than honest ones of its size, on a machine that does much else, is cut off. */
export const patienceFor = (size: number): number => Math.min(20_000, 5000 + 500 * (size / MEBIBYTE));

/**
 * Bytes or UTF-16 code units up to which a question goes to a lane, and that may wait in it. Long ones wait for long ones only, and slow ones
 * for slow ones and long ones.
 */
const LANES = [
  { upTo: MEBIBYTE / 4, takesSlow: false, maxWaiting: 8 * MEBIBYTE },
  { upTo: MEBIBYTE / 4, takesSlow: true, maxWaiting: 4 * MEBIBYTE },
  { upTo: Infinity, takesSlow: true, maxWaiting: 96 * MEBIBYTE },
] as const;

/** An author's own expression may take 10 ms for a kilobyte, so it never runs where others wait. */
const isSlow = (detector: Detector): boolean => useOf(detector).id === 'pattern';

export type Found = Map<string, Finding[]>;

export type ScanQuestion = { uses: DetectorUse[] } & (
  | { kind: 'scan'; content: Content }
  | { kind: Written['kind']; contentType: string; bytes: Uint8Array; wantsParts: boolean }
);

/** `context`: the last that user and assistant have said. */
export interface ReadAnswer {
  content: Content;
  context: Part[];
  found: Found;
}

/** Undefined: it went wrong. */
export type ScanAnswer = Found | ReadAnswer | undefined;

export interface ReadOptions {
  /** Without them only what was found is told. */
  wantsParts: boolean;
  /** Nobody waits for the answer any more. */
  signal?: AbortSignal | undefined;
}

export interface ScannerOptions {
  /** Of the hashes of what is found. */
  key: Uint8Array;
  clock: Clock;
  /** Starts a thread. */
  spawn?: () => LaneWorker;
  /** Milliseconds that a text of this size may take in its thread. */
  patience?: (size: number) => number;
}

const sizeOf = ({ parts }: Content): number => parts.reduce((size, { text }) => size + text.length, 0);

export class Scanner {
  readonly #hash: (text: string) => string;
  readonly #lanes: readonly { upTo: number; takesSlow: boolean; lane: Lane }[];

  constructor({ key, clock, spawn = () => startWorker(key), patience = patienceFor }: ScannerOptions) {
    this.#hash = keyedHash(key);
    this.#lanes = LANES.map(({ maxWaiting, ...kind }) => ({ ...kind, lane: new Lane({ spawn, clock, patience, maxWaiting }) }));
  }

  /** Rejects when it cannot be done. */
  readonly scan = (content: Content, detectors: readonly Detector[], signal?: AbortSignal): Found | Promise<Found> => {
    if (detectors.length === 0) return new Map();
    const size = sizeOf(content);
    if (size <= AT_ONCE && !detectors.some(isSlow)) return detect(content, detectors, viewsOf, this.#hash);
    const message = () => ({ message: { kind: 'scan', content, uses: detectors.map(useOf) } as const });
    return this.#ask(size, detectors, message, signal) as Promise<Found>;
  };

  /** Reads what is written and runs detectors over what it says. Rejects when it cannot be done. */
  async read({ kind, contentType, bytes }: Written, detectors: readonly Detector[], { wantsParts, signal }: ReadOptions): Promise<ReadAnswer> {
    const message = () => {
      const copy = new Uint8Array(bytes);
      const question: ScanQuestion = { kind, contentType, bytes: copy, wantsParts, uses: detectors.map(useOf) };
      return { message: question, transfer: [copy.buffer] };
    };
    return (await this.#ask(bytes.length, detectors, message, signal)) as ReadAnswer;
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map(({ lane }) => lane.close()));
  }

  async #ask(
    size: number,
    detectors: readonly Detector[],
    message: () => { message: ScanQuestion; transfer?: ArrayBuffer[] },
    signal: AbortSignal | undefined,
  ): Promise<Found | ReadAnswer> {
    const slow = detectors.some(isSlow);
    const { lane } = this.#lanes.find(({ upTo, takesSlow }) => size <= upTo && (takesSlow || !slow))!;
    const answer = (await lane.ask(size, message, signal)) as ScanAnswer;
    if (answer === undefined) throw new Error('the detectors have not come to an end');
    return answer;
  }
}

function startWorker(key: Uint8Array): Worker {
  // The source runs as it is, and so does what it is compiled to.
  const worker = new Worker(new URL(`./scan-worker${extname(import.meta.url)}`, import.meta.url), { workerData: key });
  worker.unref();
  return worker;
}
