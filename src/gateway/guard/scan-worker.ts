// Another thread that runs detectors over much text, so that requests of others go on meanwhile.
import { parentPort, workerData } from 'node:worker_threads';
import { detect } from '../../policy/detect.ts';
import { detectorOf } from '../../policy/detectors/index.ts';
import { keyedHash } from '../../policy/hash.ts';
import { viewsOf } from '../../policy/normalise/views.ts';
import type { ScanAnswer, ScanQuestion } from './scanner.ts';

const hash = keyedHash(workerData as Uint8Array);

parentPort?.on('message', ({ id, content, uses }: ScanQuestion) => {
  let answer: ScanAnswer;
  try {
    answer = { id, found: detect(content, uses.map(detectorOf), viewsOf, hash) };
  } catch {
    // What went wrong may quote the text.
    answer = { id };
  }
  parentPort?.postMessage(answer);
});
