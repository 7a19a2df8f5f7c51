// Runs detectors: at once over what is short, in another thread over what is long, so that nobody waits for somebody else's text.
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../clock.ts';
import { detect } from '../../policy/detect.ts';
import { useOf } from '../../policy/detectors/index.ts';
import type { EngineParts } from '../../policy/evaluate.ts';
import { keyedHash } from '../../policy/hash.ts';
import { viewsOf } from '../../policy/normalise/views.ts';
import type { Content, Detector, Finding } from '../../policy/types.ts';
import type { DetectorUse } from '../../snapshot/snapshot.ts';

/** UTF-16 code units that take no longer than a few milliseconds. */
const AT_ONCE = 64 * 1024;
/** Milliseconds. */
const DEADLINE = 10_000;

export interface ScanQuestion {
  id: number;
  content: Content;
  uses: DetectorUse[];
}

/** Without `found`: it went wrong. */
export interface ScanAnswer {
  id: number;
  found?: Map<string, Finding[]>;
}

type Found = Map<string, Finding[]>;

const sizeOf = ({ parts }: Content): number => parts.reduce((size, { text }) => size + text.length, 0);

export class Scanner implements Pick<EngineParts, 'scan' | 'scanNow'> {
  readonly #key: Uint8Array;
  readonly #clock: Clock;
  readonly #hash: (text: string) => string;
  readonly #waiting = new Map<number, (answer: ScanAnswer) => void>();
  #worker: Worker | undefined;
  #next = 0;

  constructor(key: Uint8Array, clock: Clock) {
    this.#key = key;
    this.#clock = clock;
    this.#hash = keyedHash(key);
  }

  readonly scanNow = (content: Content, detectors: readonly Detector[]): Found => detect(content, detectors, viewsOf, this.#hash);

  readonly scan = (content: Content, detectors: readonly Detector[]): Found | Promise<Found> => {
    if (detectors.length === 0) return new Map();
    return sizeOf(content) <= AT_ONCE ? this.scanNow(content, detectors) : this.#scanElsewhere(content, detectors);
  };

  close(): Promise<number> | undefined {
    return this.#worker?.terminate();
  }

  async #scanElsewhere(content: Content, detectors: readonly Detector[]): Promise<Found> {
    const id = this.#next++;
    const answer = await new Promise<ScanAnswer>((resolve) => {
      const timer = this.#clock.setTimeout(() => resolve({ id }), DEADLINE);
      this.#waiting.set(id, (said) => {
        timer.clear();
        resolve(said);
      });
      this.#running().postMessage({ id, content, uses: detectors.map(useOf) } satisfies ScanQuestion);
    });
    this.#waiting.delete(id);
    if (answer.found === undefined) throw new Error('the detectors have not come to an end');
    return answer.found;
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    // The source runs as it is, and so does what it is compiled to.
    const worker = new Worker(new URL(`./scan-worker${extname(import.meta.url)}`, import.meta.url), { workerData: this.#key });
    worker.unref();
    worker.on('message', (answer: ScanAnswer) => this.#waiting.get(answer.id)?.(answer));
    const gone = (): void => {
      if (this.#worker !== worker) return;
      this.#worker = undefined;
      for (const [id, settle] of this.#waiting) settle({ id });
    };
    worker.on('error', gone);
    worker.on('exit', gone);
    this.#worker = worker;
    return worker;
  }
}
