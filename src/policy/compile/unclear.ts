// The safety net of the compiler: what seems to be allowed, in a rule that forbids something which is not understood, is looked for all
// the same, and a judge decides about what is found.
import { clauseAt, type Clause } from './clauses.ts';
import { hasForbiddingWord } from './markers.ts';
import type { Mention } from './mentions.ts';

export interface Unclear {
  /** The sentence as it is written. */
  text: string;
  /** Ids of the detectors that find what it speaks of; undefined: also names and examples. */
  detectors: readonly string[] | undefined;
}

interface Read {
  /** The rule, and the same in lower case with what it speaks of covered. */
  text: string;
  plain: string;
  clauses: readonly Clause[];
  mentions: readonly Mention[];
  /** Names and examples of identifiers. */
  others: readonly { start: number }[];
  isPermitted(span: { start: number }): boolean;
  /** What is allowed in part only. */
  qualified: ReadonlySet<Mention>;
}

/** Sentences that forbid, and yet seem to allow all that they speak of; all that speak of something where the whole rule is so. */
export function findUnclear({ text, plain, clauses, mentions, others, isPermitted, qualified }: Read): {
  unclear: Unclear[];
  isUnclear(span: { start: number }): boolean;
} {
  const sentenceOf = (span: { start: number }): number | undefined => clauseAt(clauses, span)?.sentence;
  const spans = [...mentions, ...others];
  const forbidden = spans.filter((span) => !isPermitted(span));
  const looked = new Set(mentions.filter((one) => !isPermitted(one)).flatMap(({ concept }) => concept.detectors));
  const isLooked = (one: Mention): boolean => qualified.has(one) && one.concept.detectors.every((id) => looked.has(id));
  const isWholeUnclear = forbidden.length === 0 && hasForbiddingWord(plain);
  const numbers = [...new Set(clauses.map(({ sentence }) => sentence))].filter((number) => {
    const own = clauses.filter(({ sentence }) => sentence === number);
    const isDropped =
      others.some((span) => sentenceOf(span) === number && isPermitted(span)) ||
      mentions.some((one) => sentenceOf(one) === number && isPermitted(one) && !isLooked(one));
    const forbids = hasForbiddingWord(plain.slice(own[0]!.start, own.at(-1)!.end));
    return isDropped && !forbidden.some((span) => sentenceOf(span) === number) && (isWholeUnclear || forbids);
  });
  const unclear = numbers.map((number): Unclear => {
    const own = clauses.filter(({ sentence }) => sentence === number);
    const detectors = mentions.filter((one) => sentenceOf(one) === number).flatMap(({ concept }) => concept.detectors);
    const isOther = others.some((span) => sentenceOf(span) === number);
    return { text: text.slice(own[0]!.start, own.at(-1)!.end).trim(), detectors: isOther ? undefined : [...new Set(detectors)] };
  });
  return { unclear, isUnclear: (span) => numbers.includes(sentenceOf(span) ?? -1) };
}
