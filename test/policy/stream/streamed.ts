// Lets a text go through the gate of a stream piece by piece, under all detectors that may stop one.
import { detect } from '../../../src/policy/detect.ts';
import { DETECTOR_IDS, detectorOf } from '../../../src/policy/detectors/index.ts';
import { viewsOf } from '../../../src/policy/normalise/views.ts';
import { StreamGate } from '../../../src/policy/stream/gate.ts';
import type { Detector } from '../../../src/policy/types.ts';

/** `secret` stands for all of its kinds. */
const isOne = (id: string): boolean => !id.startsWith('secret.');

export const DETECTORS: readonly Detector[] = DETECTOR_IDS.filter(isOne)
  .map((id) => detectorOf({ id, ...(id === 'keyword' ? { keywords: ['Project Nightjar', 'bluefinch'] } : {}), ...(id === 'pattern' ? { pattern: 'ticket-\\d{6}' } : {}) }))
  .filter(({ advisory, whole }) => advisory !== true && whole !== true);

export interface Streamed {
  /** What had left after each piece. */
  after: string[];
  /** All that has left. */
  released: string;
  stopped: boolean;
}

export function streamed(pieces: readonly string[], detectors: readonly Detector[] = DETECTORS): Streamed {
  const run: Streamed = { after: [], released: '', stopped: false };
  const gate = new StreamGate<string>({
    detectors,
    scan: (parts) => detect({ parts: [...parts], unscannable: [] }, detectors, viewsOf, String),
    onFindings: () => ({ clear: false, reason: 'found' }),
    judge: undefined,
    mayKeep: () => true,
    onTooMuch: () => ({ clear: false, reason: 'too much' }),
    onUnjudged: () => ({ clear: false, reason: 'unjudged' }),
    broken: () => undefined,
    onUnseen: () => ({ clear: false, reason: 'unseen' }),
    onUnscannable: () => ({ clear: true }),
    release: (released) => void (run.released += released.map(({ bytes }) => String(bytes)).join('')),
    stop: () => void (run.stopped = true),
    done: () => undefined,
  });
  gate.push({ bytes: '', events: [{ type: 'open', choice: 0, block: { type: 'text' } }] });
  for (const text of pieces) {
    gate.push({ bytes: text, events: [{ type: 'delta', choice: 0, text }] });
    run.after.push(run.released);
  }
  gate.end();
  return run;
}
