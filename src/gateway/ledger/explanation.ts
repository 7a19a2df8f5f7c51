// What a policy has found, in words: kinds of things, never the things themselves.
import { DETECTOR_IDS, detectorOf } from '../../policy/detectors/index.ts';
import type { Finding } from '../../policy/types.ts';
import type { PolicyPhase } from '../../snapshot/snapshot.ts';

/** Titles of these would say the words or the expression that a policy is about. */
const IN_OTHER_WORDS: ReadonlyMap<string, string> = new Map([
  ['keyword', 'words that the policy names'],
  ['pattern', 'text of a form that the policy names'],
]);
const JUDGE = 'judge';
const known = new Set(DETECTOR_IDS);

/** `pii.card:advisory` -> `pii.card`. */
const kindOf = (detector: string): string => detector.split(':', 1)[0] ?? '';

function titleOf(kind: string): string {
  return IN_OTHER_WORDS.get(kind) ?? (known.has(kind) ? detectorOf({ id: kind }).title : 'text that it looks for');
}

/** One sentence for each way in which it was found. */
export function explain(findings: readonly Finding[], phase: PolicyPhase): string {
  const where = phase === 'Request' ? 'request' : 'answer';
  const counts = new Map<string, number>();
  for (const { detector } of findings) counts.set(kindOf(detector), (counts.get(kindOf(detector)) ?? 0) + 1);
  const isJudged = counts.delete(JUDGE) || counts.size === 0;
  const found = [...counts].map(([kind, count]) => `${titleOf(kind)}${count > 1 ? ` (${count} times)` : ''}`);
  const sentences = found.length === 0 ? [] : [`The ${where} holds ${found.join('; ')}.`];
  if (isJudged) sentences.push(`The judge of the policy found that the ${where} violates it.`);
  return sentences.join(' ');
}
