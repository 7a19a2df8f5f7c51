// Divides a rule into sentences, and those into pieces that are read one after the other.
import { EXCEPTIONS, OPPOSITIONS } from './lexicon/connectives.ts';
import { markerOf, type Marker } from './markers.ts';
import { phrasePattern } from './phrases.ts';

export interface Said {
  marker: Marker | undefined;
  /** The marker stands after what it speaks of. */
  trails: boolean;
}

export interface Atom extends Said {
  start: number;
  end: number;
  text: string;
  lead: 'exception' | 'opposition' | 'list';
  /** It begins after a closing parenthesis. */
  closes: boolean;
}

const exception = phrasePattern(EXCEPTIONS);
const opposition = phrasePattern(OPPOSITIONS);
const conjunction = /(?<![\p{L}\p{N}])(?:and|or|und|oder|sowie|et|ou|nor|noch)(?![\p{L}\p{N}])|[,&()]|:(?=\s)|\s-\s/giu;
const ARTICLE = String.raw`(?:(?:the|any|der|die|das|den|les?|la|des?|du) |[ld]')?`;
/** "§, § and §": said to be one thing or the other together. */
const together = new RegExp(
  String.raw`[§¤]+(?:,\s+${ARTICLE}[§¤]+)*,?\s+(?:and|or|nor|und|oder|sowie|et|ou|ni)\s+${ARTICLE}[§¤]+`,
  'gu',
);
/** "May § be shared? No": the answer belongs to its question. */
const sentenceEnd = /(?!\?+\s+(?:no|never|not|nein|niemals|nie|non|jamais)(?!\p{L}))[.!?;]+(?=["')\]]*(?:\s|$))/gu;

/** Offsets of sentences. */
export function sentencesOf(text: string): { start: number; end: number }[] {
  const sentences: { start: number; end: number }[] = [];
  let start = 0;
  for (const { 0: mark, index } of text.matchAll(sentenceEnd)) {
    sentences.push({ start, end: index });
    start = index + mark.length;
  }
  sentences.push({ start, end: text.length });
  return sentences.filter((one) => /[\p{L}§¤]/u.test(text.slice(one.start, one.end)));
}

export function markerIn(piece: string): Said {
  const marker = markerOf(piece);
  const subject = piece.search(/[§¤]/);
  return { marker, trails: marker !== undefined && subject !== -1 && subject < marker.at };
}

/** `sentence`: without what is inserted into it; `start`: where it begins in the rule. */
export function atomsOf(sentence: string, start: number): Atom[] {
  const cuts = new Map<number, Atom['lead']>();
  const lists = [...sentence.matchAll(together)].map(({ 0: list, index }) => ({ from: index, to: index + list.length }));
  for (const { index } of sentence.matchAll(conjunction)) {
    if (!lists.some(({ from, to }) => from < index && index < to)) cuts.set(index, 'list');
  }
  for (const { index } of sentence.matchAll(opposition)) cuts.set(index, 'opposition');
  for (const { index } of sentence.matchAll(exception)) cuts.set(index, 'exception');
  const starts = [...new Map([[0, cuts.get(0) ?? 'list'], ...cuts])].toSorted(([a], [b]) => a - b);
  return starts.map(([from, lead], index) => {
    const to = starts[index + 1]?.[0] ?? sentence.length;
    const piece = sentence.slice(from, to);
    return {
      start: start + from,
      end: start + to,
      text: piece,
      lead,
      closes: piece.startsWith(')'),
      // "You may: ..." is no half of a verb.
      ...markerIn(sentence[to] === ':' ? `${piece}:` : piece),
    };
  });
}
