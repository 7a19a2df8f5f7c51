// Another thread that reads long JSON and runs detectors over much text, so that requests of others go on meanwhile.
import { parentPort, workerData } from 'node:worker_threads';
import { detect } from '../../policy/detect.ts';
import { detectorOf } from '../../policy/detectors/index.ts';
import { keyedHash } from '../../policy/hash.ts';
import { viewsOf } from '../../policy/normalise/views.ts';
import type { Content } from '../../policy/types.ts';
import { answerContent } from './answer-content.ts';
import { bodyContent } from './body-content.ts';
import { contextOf } from './context.ts';
import type { ScanAnswer, ScanQuestion } from './scanner.ts';

/** No judge is asked about more pieces, and to hand them over would take long. */
const MAX_PARTS = 20_000;

const hash = keyedHash(workerData as Uint8Array);

function readJson(kind: 'request' | 'answer', bytes: Uint8Array): Content {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (kind === 'answer') return answerContent(whole, 'application/json');
  return bodyContent(JSON.parse(whole.toString('utf8')) as Record<string, unknown>, whole);
}

function handedOver({ parts, unscannable }: Content, wantsParts: boolean): Content {
  if (!wantsParts) return { parts: [], unscannable };
  return parts.length > MAX_PARTS ? { parts: [], unscannable, failure: 'too_large' } : { parts, unscannable };
}

function answerTo(question: ScanQuestion): ScanAnswer {
  const detectors = question.uses.map(detectorOf);
  if (question.kind === 'scan') return detect(question.content, detectors, viewsOf, hash);
  const content = readJson(question.kind, question.bytes);
  return { content: handedOver(content, question.wantsParts), context: contextOf(content), found: detect(content, detectors, viewsOf, hash) };
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
