// Another thread that reads long JSON and runs detectors over much text, so that requests of others go on meanwhile.
import { parentPort, workerData } from 'node:worker_threads';
import { detect } from '../../policy/detect.ts';
import { detectorOf } from '../../policy/detectors/index.ts';
import { readAnswerContent, readRequestContent } from '../../policy/extract/content.ts';
import { keyedHash } from '../../policy/hash.ts';
import { viewsOf } from '../../policy/normalise/views.ts';
import type { Content } from '../../policy/types.ts';
import { contextOf } from './context.ts';
import type { ScanAnswer, ScanQuestion } from './scanner.ts';

/** No judge is asked about more pieces, and to hand them over would take long. */
const MAX_PARTS = 20_000;

const hash = keyedHash(workerData as Uint8Array);

function readJson(kind: 'request' | 'answer', bytes: Uint8Array): Content {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'));
  } catch {
    return { parts: [], unscannable: [{ path: '', kind: 'unknown' }] };
  }
  return kind === 'request' ? readRequestContent(json as Record<string, unknown>) : readAnswerContent(json);
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
