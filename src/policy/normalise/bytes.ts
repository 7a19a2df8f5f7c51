// Text in bytes: UTF-8, or UTF-16 with the mark that tells.

/** Bytes that are looked at before all are decoded: an image shows in them. */
const SAMPLE = 512;
/** Of the characters, as many may be none that people write. */
const ODD = 0.1;

function utf16(bytes: Buffer): string | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  // Without the mark, every other byte of plain words is zero.
  const sample = bytes.subarray(0, SAMPLE);
  const zeros = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index % 2]!++;
  const [even, odd] = zeros as [number, number];
  if (odd > 0.4 * sample.length && even === 0) return new TextDecoder('utf-16le').decode(bytes);
  if (even > 0.4 * sample.length && odd === 0) return new TextDecoder('utf-16be').decode(bytes);
  return undefined;
}

/** The text that bytes are said to be; undefined: they are none. */
export function decodeText(bytes: Buffer): string | undefined {
  const wide = utf16(bytes);
  if (wide !== undefined) return wide;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Whether a text is one that somebody could read, apart from some letters. */
export function isReadable(text: string): boolean {
  if (text === '') return false;
  const odd = text.match(/[\ufffd\p{Co}\p{Cn}]|(?!\s)\p{Cc}/gu)?.length ?? 0;
  return odd <= ODD * text.length;
}

/** Text where nobody has said that it is any; some letters may be broken. */
export function textIn(bytes: Buffer): string | undefined {
  const wide = utf16(bytes);
  if (wide !== undefined) return isReadable(wide) ? wide : undefined;
  if (!isReadable(bytes.toString('utf8', 0, SAMPLE))) return undefined;
  const text = bytes.toString('utf8');
  return isReadable(text) ? text : undefined;
}
