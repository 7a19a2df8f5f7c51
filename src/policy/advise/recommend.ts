// Rules for what somebody describes: each sentence that names something to keep in or out becomes one. Pure.
import { compileRule } from '../compile/compile.ts';
import { understand } from '../compile/understand.ts';
import { propose } from './proposal.ts';

export interface Recommendation {
  content: string;
  risk: 'Low' | 'Medium' | 'High';
  action: 'Log' | 'Alert' | 'Block';
}

export const MOST_RECOMMENDED = 10;
/** What does harm by itself, in whoever's hands it is. */
const GRAVE = /^(?:secret|pii\.(?:card|iban|ssn|national-id|bank-account|passport|driving-licence)|injection)/;

/** Sentences and items of lists. A dot inside a number or a name ends nothing. */
export function piecesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?;])\s+|\n+/u)
    .map((piece) => piece.replace(/^[\s\-*•\d.)]+(?=\p{L})/u, '').trim())
    .filter((piece) => piece !== '');
}

/** Undefined where nothing in the sentence is understood. */
export function recommendOne(piece: string): Recommendation | undefined {
  const content = propose(piece, understand(piece));
  if (content === undefined) return undefined;
  const { detectors, needsJudge } = compileRule({ content });
  if (detectors.length === 0) return { content, risk: 'Medium', action: 'Alert' };
  const risk = detectors.some(({ id }) => GRAVE.test(id)) ? 'High' : 'Medium';
  // Whether a judge is right often enough to block, tests beside the rule have to show first.
  return { content, risk, action: needsJudge ? 'Alert' : 'Block' };
}

/** Each once, in the order of the text. */
export function distinct(found: readonly (Recommendation | undefined)[]): Recommendation[] {
  return [...new Map(found.flatMap((one) => (one === undefined ? [] : [[one.content, one] as const]))).values()];
}

/** At most ten rules, in the order of the text; none where nothing in it is understood. */
export function recommend(text: string): Recommendation[] {
  const found: (Recommendation | undefined)[] = [];
  for (const piece of piecesOf(text)) {
    found.push(recommendOne(piece));
    if (distinct(found).length >= MOST_RECOMMENDED) break;
  }
  return distinct(found);
}
