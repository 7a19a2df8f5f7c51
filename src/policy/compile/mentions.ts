// Finds what a rule speaks of: terms of the lexicon in the text, the longest where several could be read.
import { OTHER_ADDRESSES, OTHERS } from './lexicon/others.ts';
import { PII } from './lexicon/pii.ts';
import { SECRETS } from './lexicon/secrets.ts';
import { TOPICS } from './lexicon/topics.ts';
import type { Concept } from './lexicon/types.ts';
import { lower, phrasePattern } from './phrases.ts';

export interface Mention {
  start: number;
  end: number;
  concept: Concept;
  /** It may mean something else as well. */
  weak: boolean;
}

interface Term {
  concept: Concept;
  pattern: RegExp;
  weak: boolean;
}

function termsOf(concept: Concept): Term[] {
  const { phrases, weak = [] } = concept;
  return [
    ...(phrases.length === 0 ? [] : [{ concept, pattern: phrasePattern(phrases), weak: false }]),
    ...(weak.length === 0 ? [] : [{ concept, pattern: phrasePattern(weak), weak: true }]),
  ];
}

/** The first counts where two terms are of the same length. */
const TERMS: readonly Term[] = [OTHER_ADDRESSES, ...PII, ...SECRETS, ...OTHERS, ...TOPICS].flatMap(termsOf);

/** In order, without overlaps. */
export function findMentions(text: string): Mention[] {
  const plain = lower(text);
  const candidates = TERMS.flatMap(({ concept, pattern, weak }) =>
    [...plain.matchAll(pattern)].map(({ 0: match, index }): Mention => {
      const length = match.trimEnd().length;
      return { start: index, end: index + length, concept, weak };
    }),
  ).filter(({ start, end }) => end > start);
  const chosen: Mention[] = [];
  for (const mention of candidates.toSorted((a, b) => b.end - b.start - (a.end - a.start))) {
    if (!chosen.some(({ start, end }) => mention.start < end && start < mention.end)) chosen.push(mention);
  }
  return chosen.toSorted((a, b) => a.start - b.start);
}

/** The words are a term of the lexicon, and nothing else. */
export function isTerm(words: string): boolean {
  const [first] = findMentions(words);
  return first !== undefined && first.start === 0 && first.end === words.length;
}
