// Words of a rule that nothing has understood: what they mean is for the judge to say.
import { EXAMPLES, EXCEPTIONS, OPEN_LISTS, OPPOSITIONS } from './lexicon/connectives.ts';
import { NEUTRAL_WORDS } from './lexicon/neutral.ts';
import { NEGATIONS, PERMIT_IDIOMS, PERMITS, STOPS } from './lexicon/polarity.ts';
import { isMarkerWord } from './markers.ts';
import { cover } from './prepare.ts';
import { lower, phrasePattern } from './phrases.ts';

/** Of several words; single ones are looked up word by word. */
const markers = [...NEGATIONS, ...STOPS, ...PERMITS, ...PERMIT_IDIOMS].filter((phrase) => phrase.includes(' '));
const CONNECTORS = phrasePattern([...EXAMPLES, ...EXCEPTIONS, ...OPEN_LISTS, ...OPPOSITIONS, ...markers]);

/** All words but those that only connect, as they are written. */
export function wordsOf(text: string): string[] {
  const connectors = [...lower(text).matchAll(CONNECTORS)].map(({ 0: match, index }) => ({ start: index, end: index + match.length }));
  return cover(text, connectors, ' ').match(/[\p{L}\p{N}][\p{L}\p{N}'-]*/gu) ?? [];
}

/** Words with meaning in a piece of the rule in which all that is understood is covered, as they are written. */
export function residueOf(text: string): string[] {
  return wordsOf(text).filter((word) => {
    const plain = word.toLowerCase().replace(/'s?$/, '');
    if (!/\p{L}{2}|\p{L}\d|\d\p{L}/u.test(plain) || NEUTRAL_WORDS.has(plain) || isMarkerWord(plain)) return false;
    return !plain.split(/[-']/).every((part) => part.length < 2 || NEUTRAL_WORDS.has(part));
  });
}
