// The small language of the lexicon: a phrase is a regular expression in which a space may be written as space, hyphen or nothing, as in
// compounds, `*` stands for further letters, `~` for repetition, and a plural or genitive s may follow.

/** One phrase as the source of an expression. */
const sourceOf = (phrase: string): string =>
  phrase
    .replaceAll('(', '(?:')
    .replaceAll('(?:?', '(?')
    .replaceAll('*', String.raw`\p{L}*`)
    .replaceAll('~', '{0,6}')
    // Greedy in any case: the longest reading counts.
    .replaceAll(/ \??/g, String.raw`[\s_-]*`);

/** Finds any of the phrases as whole words, case aside. */
export function phrasePattern(phrases: readonly string[]): RegExp {
  return new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${phrases.map((phrase) => `(?:${sourceOf(phrase)})`).join('|')})(?:'?s)?(?![\p{L}\p{N}])`, 'giu');
}
