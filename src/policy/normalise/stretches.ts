// Text among bytes that are none: stretches of characters as people write them.

/** Characters. Bytes at random make fewer in a row, but for very few. */
const SHORTEST = 11;

/** Length of the character of UTF-8 at an offset; 0: there is none that people write. */
function lengthAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return (first >= 0x20 && first !== 0x7f) || first === 9 || first === 10 || first === 13 ? 1 : 0;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  for (let index = 1; index < length; index++) if ((bytes[at + index]! & 0xc0) !== 0x80) return 0;
  return length;
}

/** Each with its place in the bytes. A zero behind a character is half of one of UTF-16. */
export function stretchesOf(bytes: Buffer): { text: string; from: number; to: number }[] {
  const found: { text: string; from: number; to: number }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const from = at;
    let characters = 0;
    for (let length = lengthAt(bytes, at); length > 0; length = lengthAt(bytes, at)) {
      at += bytes[at + length] === 0 ? length + 1 : length;
      characters++;
      if (at >= bytes.length) break;
    }
    if (characters >= SHORTEST) found.push({ text: bytes.toString('utf8', from, at).replaceAll('\0', ''), from, to: at });
    at++;
  }
  return found;
}
