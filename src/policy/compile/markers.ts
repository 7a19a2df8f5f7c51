// Whether a piece of a rule forbids or allows what it speaks of.
import { MODALS, PRONOUN } from './lexicon/insertions.ts';
import { NEGATIONS, PERMIT_IDIOMS, PERMITS, STATES, STOPS } from './lexicon/polarity.ts';
import { phrasePattern } from './phrases.ts';

export type Polarity = 'forbid' | 'allow';

/** What says so, and where. */
export interface Marker {
  polarity: Polarity;
  at: number;
  /** `not` alone, which turns around what was said of something else: "card numbers are not". */
  elliptical?: true;
  /** It forbids by naming what stops traffic, rather than by a negation. */
  stops?: true;
}

const COPULA =
  String.raw`(?:is|are|be|being|stay|stays|remain|remains|considered|strictly|ist|sind|bleibt|bleiben|sein|gelten als|gilt als|est|sont|` +
  String.raw`rester|restent|sei|soient)`;
/** For search, which needs no place to go on from. */
const anywhere = (source: string): RegExp => new RegExp(source, 'u');
const [negation, stop, permit, idiom] = [NEGATIONS, STOPS, PERMITS, PERMIT_IDIOMS].map((phrases) =>
  anywhere(phrasePattern(phrases).source),
) as [RegExp, RegExp, RegExp, RegExp];
const state = anywhere(
  String.raw`(?<!\p{L})${COPULA}\s+(?:\p{L}+\s+){0,2}?(?:${phrasePattern(STATES).source})|${phrasePattern(STATES).source}\s*$`,
);
const NOT = String.raw`(?:not|never|\p{L}*n't|nicht|nie|niemals|pas|jamais)`;
/** Only these may stand between: "never share blocked words" does not allow anything. */
const BETWEEN = '(?:be|been|being|get|ever|to|always|have|automatically|considered|as|werden|mehr|als|automatisch|être)';
const negatedStop = anywhere(
  String.raw`(?<!\p{L})(?:${NOT}\s+(?:${BETWEEN}\s+){0,2}(?:${phrasePattern(STOPS).source})|` +
    String.raw`${COPULA}\s+${NOT}\s+(?:${BETWEEN}\s+)?(?:${phrasePattern(STATES).source})|(?:isn't|` +
    String.raw`aren't)\s+(?:${phrasePattern(STATES).source}))`,
);
/** "card numbers are not", "but not card numbers". */
const ELLIPSIS = new RegExp(
  String.raw`(?<!\p{L})(?:not|nicht|pas)\s*(?:§|¤|$|[.,;])|^\s*(?:but|aber|mais)?\s*(?:not|nicht|pas)\s+(?:for\s+|of\s+|für\s+|` +
    String.raw`bei\s+)?(?:the\s+|die\s+|les\s+)?(?:\p{L}+\s+)?§`,
  'iu',
);

/** "Masked card numbers are fine": says which are meant. */
const QUALITY = /(?<!\p{L})\p{L}+(?:ed|iert\p{L}*|és?|ées?)(?= §)|(?<=§ (?:that|which|who|qui) (?:are|is|sont|est) )\p{L}+/gu;

/** A modal that nothing follows is half of something: "data may". */
const halfModal = anywhere(`(?:${phrasePattern([...MODALS, 'you can']).source})(?:[\\s-]+${PRONOUN})?\\s*$`);
function permitIn(text: string): number {
  const at = text.search(permit);
  return at !== -1 && at === text.search(halfModal) ? -1 : at;
}

/** `text`: in lower case, with what it speaks of covered by `§`. Undefined: it says nothing about it. */
export function markerOf(text: string): Marker | undefined {
  const idiomAt = text.search(idiom);
  if (idiomAt !== -1) return { polarity: 'allow', at: idiomAt };
  const undone = text.match(negatedStop);
  // "Never stop redacting §": what is not stopped stops.
  if (undone !== null && !stop.test(text.slice(undone.index! + undone[0].length))) return { polarity: 'allow', at: undone.index! };
  const not = text.search(negation);
  const permitAt = permitIn(text);
  const said = permitAt === -1 ? text : text.replace(QUALITY, (word) => ' '.repeat(word.length));
  const stopAt = Math.max(said.search(stop), said.search(state));
  if (not !== -1 && permitAt === -1 && stopAt === -1)
    return { polarity: 'forbid', at: not, ...(ELLIPSIS.test(text) ? { elliptical: true } : {}) };
  if (not !== -1) return { polarity: 'forbid', at: not };
  if (stopAt !== -1) return { polarity: 'forbid', at: stopAt, stops: true };
  return permitAt === -1 ? undefined : { polarity: 'allow', at: permitAt };
}

const everywhere = (pattern: RegExp): RegExp => new RegExp(pattern.source, 'gu');
/** "if not masked" says when, and permits nothing. */
const CONDITION = String.raw`(?<!(?<!\p{L})(?:if|unless|when|where|as long as|wenn|falls|sofern|soweit|außer|si) )`;
const PERMISSIONS = [everywhere(idiom), new RegExp(CONDITION + negatedStop.source, 'gu'), QUALITY];

/** Whether anything in it negates or forbids, other than to permit. `text`: as of markerOf. */
export function hasForbiddingWord(text: string): boolean {
  if (markerOf(text)?.polarity === 'forbid') return true;
  let rest = text;
  for (const pattern of PERMISSIONS) rest = rest.replace(pattern, (words) => ' '.repeat(words.length));
  return negation.test(rest) || stop.test(rest);
}

const ALL = [NEGATIONS, STOPS, PERMITS, PERMIT_IDIOMS, STATES].map((phrases) => anywhere(`^(?:${phrasePattern(phrases).source})$`));

/** Words that only say whether something is forbidden. */
export const isMarkerWord = (word: string): boolean => ALL.some((pattern) => pattern.test(word));
