// Cuts what goes to a caller into whole events, without changing a byte.

const LF = 10;
const CR = 13;

/** Index behind the next blank line from `from` on; -1: there is none. */
function afterBlankLine(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    if (bytes[at + 1] === LF) return at + 2;
    if (bytes[at + 1] === CR && bytes[at + 2] === LF) return at + 3;
  }
  return -1;
}

/** Events, and at the end what is none yet. Together they are what came in. */
export function framesOf(bytes: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  let from = 0;
  for (let end = afterBlankLine(bytes, 0); end !== -1; end = afterBlankLine(bytes, from)) {
    frames.push(bytes.subarray(from, end));
    from = end;
  }
  if (from < bytes.length) frames.push(bytes.subarray(from));
  return frames;
}
