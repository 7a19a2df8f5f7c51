// Runs detectors: at once over what is short, in another thread over what is long, so that nobody waits for somebody else's text. What is
// long is even read there.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../clock.ts';
import { detect } from '../../policy/detect.ts';
import { useOf } from '../../policy/detectors/index.ts';
import type { EngineParts } from '../../policy/evaluate.ts';
import { keyedHash } from '../../policy/hash.ts';
import { viewsOf } from '../../policy/normalise/views.ts';
import type { Content, Detector, Finding, Part } from '../../policy/types.ts';
import type { DetectorUse } from '../../snapshot/snapshot.ts';
import { Lane, type LaneWorker } from './lane.ts';

/** UTF-16 code units that all detectors together go through in less than 5 ms even where each line is full of numbers (docs/performance.md). */
export const AT_ONCE = 8 * 1024;
/** Bytes of JSON that are read in as short a time. */
export const READ_AT_ONCE = 16 * 1024;
/** Milliseconds: the largest bodies take seconds. */
const PATIENCE = 15_000;

/** Bytes or UTF-16 code units up to which a question goes to a lane, and that may wait in it. Long ones wait for long ones only. */
const LANES = [
  { upTo: 256 * 1024, maxWaiting: 8 * 1024 * 1024 },
  { upTo: Infinity, maxWaiting: 96 * 1024 * 1024 },
] as const;

export type Found = Map<string, Finding[]>;

/** `read`: JSON in UTF-8, of a request or an answer. */
export type ScanQuestion = { uses: DetectorUse[] } & (
  | { kind: 'scan'; content: Content }
  | { kind: 'request' | 'answer'; bytes: Uint8Array; wantsParts: boolean }
);

/** `context`: the last that user and assistant have said. */
export interface ReadAnswer {
  content: Content;
  context: Part[];
  found: Found;
}

/** Undefined: it went wrong. */
export type ScanAnswer = Found | ReadAnswer | undefined;

const sizeOf = ({ parts }: Content): number => parts.reduce((size, { text }) => size + text.length, 0);

export class Scanner implements Pick<EngineParts, 'scan' | 'scanNow'> {
  readonly #hash: (text: string) => string;
  readonly #lanes: readonly { upTo: number; lane: Lane }[];

  /** `spawn`: starts a thread. */
  constructor(key: Uint8Array, clock: Clock, spawn: () => LaneWorker = () => startWorker(key)) {
    this.#hash = keyedHash(key);
    this.#lanes = LANES.map(({ upTo, maxWaiting }) => ({ upTo, lane: new Lane({ spawn, clock, patience: PATIENCE, maxWaiting }) }));
  }

  readonly scanNow = (content: Content, detectors: readonly Detector[]): Found => detect(content, detectors, viewsOf, this.#hash);

  readonly scan = (content: Content, detectors: readonly Detector[]): Found | Promise<Found> => {
    if (detectors.length === 0) return new Map();
    const size = sizeOf(content);
    if (size <= AT_ONCE) return this.scanNow(content, detectors);
    return this.#ask(size, () => ({ message: { kind: 'scan', content, uses: detectors.map(useOf) } })) as Promise<Found>;
  };

  /** Reads JSON and runs detectors over what it says. `wantsParts`: without them only what was found is told. Rejects when it cannot be done. */
  async read(kind: 'request' | 'answer', bytes: Buffer, detectors: readonly Detector[], wantsParts: boolean): Promise<ReadAnswer> {
    const message = () => {
      const copy = new Uint8Array(bytes);
      const question: ScanQuestion = { kind, bytes: copy, wantsParts, uses: detectors.map(useOf) };
      return { message: question, transfer: [copy.buffer] };
    };
    return (await this.#ask(bytes.length, message)) as ReadAnswer;
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map(({ lane }) => lane.close()));
  }

  async #ask(size: number, message: () => { message: ScanQuestion; transfer?: ArrayBuffer[] }): Promise<Found | ReadAnswer> {
    const { lane } = this.#lanes.find(({ upTo }) => size <= upTo)!;
    const answer = (await lane.ask(size, message)) as ScanAnswer;
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
