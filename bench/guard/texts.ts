// Texts of any length: prose as people write it, and lines of numbers, which make most work for detectors.

const WORDS = 'the quick people of our team have written about their work and what it means for customers who ask how to use it when Monday comes to Berlin'.split(' ');

function repeated(length: number, piece: (index: number) => string): string {
  let text = '';
  for (let index = 0; text.length < length; index++) text += piece(index);
  return text.slice(0, length);
}

const mixed = (index: number): number => (index * 2_654_435_761) % 4_294_967_296;

/** UTF-16 code units. */
export const prose = (length: number, seed = 0): string =>
  repeated(length, (index) => `${WORDS[mixed(index + seed) % WORDS.length]!}${index % 12 === 11 ? '. ' : ' '}`);
export const numbers = (length: number, seed = 0): string =>
  repeated(length, (index) => `${mixed(index + seed)}${[' ', ', ', '-', '\n', '.', '/', ':'][index % 7]!}`);
