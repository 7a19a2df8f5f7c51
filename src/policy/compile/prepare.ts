// Brings the many ways of writing the same rule into one, before anything in it gets a position.

const ABBREVIATIONS: readonly (readonly [RegExp, string])[] = [
  [/\be\. ?g\.,?/gi, 'such as'],
  [/\bi\. ?e\.,?/gi, 'namely'],
  [/\bz\. ?b\./gi, 'such as'],
  [/\bd\. ?h\./gi, 'nämlich'],
  [/\bp\. ?ex\./gi, 'such as'],
  [/\bu\. ?a\./gi, 'unter anderem'],
  [/\bbzw\./gi, 'oder'],
  [/\bincl?\.(?=\s)/gi, 'including'],
  [/\b([Ee]tc|usw|[Nn]os?|[Nn]rs?)\.(?!\s*$|\s+\p{Lu})/gu, '$1'],
];

/** "Konto- und Kartennummern": the first is a number as well. */
const HEADS = 'nummern?|daten|adressen?|anschriften|angaben|informationen|namen?|schlüsseln?|karten?|kopien|ausweise?|beratung|auskünfte';
const ELLIPSIS = new RegExp(String.raw`(?<=\p{L}{3})-(?=(?:,| und| oder| sowie)[^.;:!?\n]{1,60}?\p{L}{3}(${HEADS})(?!\p{L}))`, 'giu');

/** One kind of quotation mark, apostrophe and dash, abbreviations spelt out, lists with bullets as lists with commas. */
export function prepare(content: string): string {
  let text = content
    .normalize('NFKC')
    .replace(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, '')
    .replace(/[“”„‟«»‹›`]/g, '"')
    .replace(/[‘’‚‛´]/g, "'")
    .replace(/[‐‑‒]/g, '-')
    .replace(/\s[–—]\s|—/g, ', ')
    .replace(/[^\S\n]+/g, ' ')
    // From here on no run of spaces, lines or marks is long.
    .replace(/ ?(?:\n ?)+/g, (lines) => (lines.split('\n').length > 2 ? '\n\n' : '\n'))
    .replace(/[*_]{2,}|^#+ ?/gm, '')
    .replace(/-{2,}/g, '-');
  for (const [abbreviation, words] of ABBREVIATIONS) text = text.replace(abbreviation, words);
  text = text.replace(ELLIPSIS, (_hyphen, head: string) => head);
  return text
    .replace(/:\n{1,2}(?:(?:[-*•–]|\d{1,2}[.)]) )?/g, ': ')
    .replace(/[,;]?\n{1,2}(?:[-*•–]|\d{1,2}[.)]) /g, ', ')
    .replace(/\n\n/g, ' ; ')
    .replace(/\n/g, ' ')
    .trim();
}

/** Puts a mark of the same length over spans, so that nothing is read in them. */
export function cover(text: string, spans: readonly { start: number; end: number }[], mark: string): string {
  let covered = text;
  for (const { start, end } of spans) covered = covered.slice(0, start) + mark.repeat(end - start) + covered.slice(end);
  return covered;
}
