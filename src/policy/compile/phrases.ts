// The small language of the lexicon: a phrase is a regular expression in which a space may be written as space, hyphen or nothing, as in
// compounds, `*` stands for further letters, `~` for repetition, and a plural or genitive s may follow.

/** Of the three languages, in lower case: cheaper to compile than all letters there are. */
const LETTER = '[a-zß-öø-ÿœ]';
const WORD = '[0-9a-zß-öø-ÿœ]';

/** One phrase as the source of an expression. */
const sourceOf = (phrase: string): string =>
  phrase
    .replaceAll('(', '(?:')
    .replaceAll('(?:?', '(?')
    .replaceAll('*', `${LETTER}*`)
    .replaceAll(String.raw`\p{L}`, LETTER)
    .replaceAll('~', '{0,6}')
    // Greedy in any case: the longest reading counts.
    .replaceAll(/ \??/g, String.raw`[\s_-]*`);

/** In lower case, letter by letter, so that offsets stay. */
export const lower = (text: string): string =>
  text.replace(/\p{Lu}/gu, (letter) => (letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter));

/** Finds any of the phrases as whole words, in text that is in lower case. */
export function phrasePattern(phrases: readonly string[]): RegExp {
  return new RegExp(String.raw`(?<!${WORD})(?:${phrases.map((phrase) => `(?:${sourceOf(phrase)})`).join('|')})(?:'?s)?(?!${WORD})`, 'gu');
}
