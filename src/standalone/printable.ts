// What providers, file names and manifests say, made safe for a terminal: no escape sequences, no reversed text. Pure.

/** Controls, marks that turn the direction of text around, and line breaks that only some programs take for such. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** One line. Line breaks and tabs become spaces; what else a terminal might obey becomes a replacement character. */
export function printableLine(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(UNSAFE, '\uFFFD');
}

/** The same for a text whose line breaks are meant. */
export function printableText(text: string): string {
  return text.split('\n').map(printableLine).join('\n');
}
