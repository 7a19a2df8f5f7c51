// E-mail addresses, also with letters of any language.
import type { Detector, Span } from '../types.ts';

const LOCAL = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,64}$/u;
const HOST = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59})(?![\p{L}\p{N}@]|-[\p{L}\p{N}])/u;
/** What ends like this is a file. */
const FILES = /\.(?:png|jpe?g|gif|svg|webp|ico|css|s?html?|[cm]?[jt]sx?|json|xml|ya?ml|toml|lock|log|txt|git)$/i;
const LONGEST_HOST = 255;

/** How a server is logged in to, as in git@github.com:user/repository. */
const isLogin = (local: string, after: string): boolean => /^git$/i.test(local) || /^:[\w./~-]/.test(after);

export const email: Detector = {
  id: 'pii.email',
  title: 'e-mail addresses',
  maxSpan: 64 + 1 + LONGEST_HOST,
  mayMatch: (text) => text.includes('@'),
  scan(text) {
    const spans: Span[] = [];
    for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
      const local = LOCAL.exec(text.slice(Math.max(spans.at(-1)?.end ?? 0, at - 64), at))?.[0].replace(/^[^\p{L}\p{N}]+/u, '') ?? '';
      const host = HOST.exec(text.slice(at + 1, at + 1 + LONGEST_HOST))?.[0] ?? '';
      const end = at + 1 + host.length;
      if (local === '' || host === '' || /\.$|\.\./.test(local) || FILES.test(host) || isLogin(local, text.slice(end, end + 2))) continue;
      spans.push({ start: at - local.length, end });
    }
    return spans;
  },
};
