// Base64 that is text when it is decoded.
const RUN = /(?<![\w+/=-])[A-Za-z0-9+/_-]{24,8192}={0,2}(?![\w+/=])/g;
/** Of the characters, as many have to be printable for it to count as text. */
const PRINTABLE = 0.95;

/** Most runs are no base64, and so no UTF-8: that is seen first. */
const isText = (text: string): boolean => {
  if (text.length === 0 || text.includes('\ufffd')) return false;
  const others = text.match(/[^\p{L}\p{N}\p{P}\p{Zs}\p{S}\s]/gu)?.length ?? 0;
  const pairs = text.match(/[\ud800-\udbff]/g)?.length ?? 0;
  return others <= (1 - PRINTABLE) * (text.length - pairs);
};

/** What the runs of base64 in a text say, and where they stand. */
export function decodeBase64(text: string): { text: string; start: number; end: number }[] {
  return [...text.matchAll(RUN)].flatMap(({ 0: run, index }) => {
    const decoded = Buffer.from(run, 'base64').toString('utf8');
    return isText(decoded) ? [{ text: decoded, start: index, end: index + run.length }] : [];
  });
}
