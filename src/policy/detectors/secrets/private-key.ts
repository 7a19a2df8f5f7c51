// Private keys: the line that begins them and the first of what follows, which is enough to stop them.
import type { Detector } from '../../types.ts';
import { spansOf } from '../spans.ts';

const BEGIN = '-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----';
/** Line ends as they are or as in source code, with quotes and signs between the pieces. */
const GAP = String.raw`(?:\\[nr]|[\s"'+,])`;
const HEADERS = String.raw`(?:[A-Z][A-Za-z-]{2,20}: [^\r\n]{1,80}${GAP}{1,40}){0,4}`;
const PEM = `${BEGIN}${GAP}{0,40}${HEADERS}[A-Za-z0-9+/=]{16,80}`;
const PUTTY = String.raw`PuTTY-User-Key-File-[23]: [^\r\n]{1,60}`;
const JWK = String.raw`"d"\s{0,4}:\s{0,4}"[\w-]{40,700}"(?=\s{0,4}[,}])`;
const PATTERN = new RegExp([PEM, PUTTY, JWK].join('|'), 'g');
const MAX_SPAN = 1024;

export const privateKey: Detector = {
  id: 'secret.private-key',
  title: 'private keys (PEM, OpenSSH, PGP, PuTTY, JWK)',
  maxSpan: MAX_SPAN,
  mayMatch: (text) => text.includes('PRIVATE KEY') || text.includes('PuTTY-User-Key') || text.includes('"d"'),
  scan: (text) => spansOf(text, PATTERN),
  holdFrom(text) {
    const from = Math.max(0, text.length - MAX_SPAN);
    const begun = text.slice(from).search(/-----(?:B(?:E(?:G(?:I(?:N[^-]{0,60}(?:-{1,4}|-----[\s\S]{0,400})?)?)?)?)?)?$/);
    return begun === -1 ? text.length : from + begun;
  },
};
