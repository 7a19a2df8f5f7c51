// Rules for what somebody describes: each sentence that names something to keep in or out becomes one. Pure.
import { compileRule } from '../compile/compile.ts';
import { understand } from '../compile/understand.ts';
import { propose } from './proposal.ts';

export interface Recommendation {
  content: string;
  risk: 'Low' | 'Medium' | 'High';
  action: 'Log' | 'Alert' | 'Block';
}

const MOST = 10;
/** What does harm by itself, in whoever's hands it is. */
const GRAVE = /^(?:secret|pii\.(?:card|iban|ssn|national-id|bank-account|passport|driving-licence)|injection)/;

/** Sentences and items of lists. A dot inside a number or a name ends nothing. */
function piecesOf(text: string): string[] {
  return text
    .split(/(?<=[.!?;])\s+|\n+/u)
    .map((piece) => piece.replace(/^[\s\-*•\d.)]+(?=\p{L})/u, '').trim())
    .filter((piece) => piece !== '');
}

function recommendOne(piece: string): Recommendation | undefined {
  const content = propose(piece, understand(piece));
  if (content === undefined) return undefined;
  const { detectors, needsJudge } = compileRule({ content });
  if (detectors.length === 0) return { content, risk: 'Medium', action: 'Alert' };
  const risk = detectors.some(({ id }) => GRAVE.test(id)) ? 'High' : 'Medium';
  // Whether a judge is right often enough to block, tests beside the rule have to show first.
  return { content, risk, action: needsJudge ? 'Alert' : 'Block' };
}

/** At most ten rules, in the order of the text; none where nothing in it is understood. */
export function recommend(text: string): Recommendation[] {
  const found = new Map<string, Recommendation>();
  for (const piece of piecesOf(text)) {
    const one = recommendOne(piece);
    if (one !== undefined && found.size < MOST) found.set(one.content, one);
  }
  return [...found.values()];
}
