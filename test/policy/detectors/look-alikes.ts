// Values that look like credentials, made when the tests run: none of them stands in the repository for a scanner to find.

const DIGITS = '0123456789';
const HEX = `${DIGITS}abcdef`;
const SMALL = `${DIGITS}abcdefghijklmnopqrstuvwxyz`;
const MIXED = `${SMALL}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;
const CAPITAL = `${DIGITS}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;
export const ALPHABETS = {
  letters: MIXED.slice(DIGITS.length),
  digits: DIGITS,
  hex: HEX,
  small: SMALL,
  mixed: MIXED,
  capital: CAPITAL,
  base64: `${MIXED}+/`,
  url: `${MIXED}-_`,
} as const;

/** So many characters, always the same ones; begins and ends with letters or digits. */
export function made(length: number, alphabet: keyof typeof ALPHABETS = 'mixed'): string {
  const characters = ALPHABETS[alphabet];
  const plain = characters.replace(/[^A-Za-z0-9]/g, '');
  let state = length * 7919 + alphabet.length;
  const next = (from: string): string => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return from[Math.floor((state / 2147483648) * from.length)]!;
  };
  return Array.from({ length }, (_none, index) => next(index === 0 || index === length - 1 ? plain : characters)).join('');
}

export const uuid = (): string => [8, 4, 4, 4, 12].map((length) => made(length, 'hex')).join('-');

/** Begins as vendors have it, which is written in pieces where it would be enough for a scanner. */
export const keyOf = (prefix: readonly string[], length: number, alphabet?: keyof typeof ALPHABETS): string =>
  prefix.join('') + made(length, alphabet);

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
export const token = (): string =>
  [base64({ alg: 'HS256', typ: 'JWT' }), base64({ sub: 'ann', iat: 1_700_000_000 }), made(43, 'url')].join('.');

/** First lines of a key in PEM. */
export const pem = (kind: string): string => `${'-'.repeat(5)}BEGIN ${kind}PRIVATE ${'KEY'}${'-'.repeat(5)}\n${made(64, 'base64')}`;
