// Another thread that reads what is long and runs detectors over what takes long, so that requests of others go on meanwhile.
import { parentPort, workerData } from 'node:worker_threads';
import { detect } from '../../policy/detect.ts';
import { detectorOf } from '../../policy/detectors/index.ts';
import { keyedHash } from '../../policy/hash.ts';
import { viewsOf } from '../../policy/normalise/views.ts';
import type { Content, Detector } from '../../policy/types.ts';
import type { DetectorUse } from '../../snapshot/snapshot.ts';
import { contextOf } from './context.ts';
import { READY } from './lane.ts';
import type { ScanAnswer, ScanQuestion } from './scanner.ts';
import { readWritten } from './written.ts';

/** No judge is asked about more pieces, and to hand them over would take long. */
const MAX_PARTS = 20_000;
/** Policies change, and what was made for those of before is of no use. */
const MAX_MADE = 1000;

const hash = keyedHash(workerData as Uint8Array);
/** To make an author's expressions and long lists of words ready takes longer than to run them over a piece of a stream. */
const made = new Map<string, Detector>();

function ready(use: DetectorUse): Detector {
  const form = JSON.stringify(use);
  let detector = made.get(form);
  if (detector === undefined) {
    if (made.size >= MAX_MADE) made.clear();
    made.set(form, (detector = detectorOf(use)));
  }
  return detector;
}

function handedOver({ parts, ...content }: Content, wantsParts: boolean): Content {
  if (!wantsParts) return { ...content, parts: [] };
  return parts.length > MAX_PARTS ? { ...content, parts: [], failure: 'too_large' } : { ...content, parts };
}

function answerTo(question: ScanQuestion): ScanAnswer {
  const detectors = question.uses.map(ready);
  if (question.kind === 'scan') return detect(question.content, detectors, viewsOf, hash);
  const { kind, contentType, bytes, wantsParts } = question;
  const content = readWritten({ kind, contentType, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) });
  return { content: handedOver(content, wantsParts), context: contextOf(content), found: detect(content, detectors, viewsOf, hash) };
}

parentPort?.on('message', (question: ScanQuestion) => {
  let answer: ScanAnswer;
  try {
    answer = answerTo(question);
  } catch {
    // What went wrong may quote the text.
    answer = undefined;
  }
  parentPort?.postMessage(answer);
});
parentPort?.postMessage(READY);
