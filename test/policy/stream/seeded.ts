// Secrets and personal data that are made from a seed, each in a sentence; none of them stands in the repository for a scanner to find.
import { ALPHABETS } from '../detectors/look-alikes.ts';

export interface Random {
  /** Whole number from 0 up to, without, `limit`. */
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
  made(length: number, alphabet?: keyof typeof ALPHABETS): string;
}

/** A linear congruential generator, whose high bits are good enough for tests. */
export function seeded(seed: number): Random {
  let state = (seed * 2_654_435_761) % 2_147_483_648;
  const below = (limit: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * limit);
  };
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const made = (length: number, alphabet: keyof typeof ALPHABETS = 'mixed'): string => {
    const characters = ALPHABETS[alphabet];
    const plain = characters.replace(/[^A-Za-z0-9]/g, '');
    return Array.from({ length }, (_none, index) => pick([...(index === 0 || index === length - 1 ? plain : characters)])).join('');
  };
  for (let index = 0; index < 4; index++) below(2);
  return { below, pick, made };
}

const groups = (text: string, size: number, separator: string): string => (text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(separator);

function withLuhn(digits: string): string {
  for (let last = 0; last < 10; last++) {
    const sum = [...`${digits}${last}`].toReversed().reduce((total, digit, index) => {
      const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    if (sum % 10 === 0) return `${digits}${last}`;
  }
  throw new Error('no digit fits');
}

function withIbanCheck(country: string, account: string): string {
  const number = [...`${account}${country}00`].map((character) => String(Number.parseInt(character, 36))).join('');
  return `${country}${String(98n - (BigInt(number) % 97n)).padStart(2, '0')}${account}`;
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const WORDS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const WORD = ['pass', 'word'].join('');

/** A value, and what leads to it where the value alone says nothing. */
type Make = (random: Random) => { before?: string; value: string; behind?: string };

export const KINDS: Readonly<Record<string, Make>> = {
  card({ below, pick, made }) {
    const separator = pick(['', ' ', '-']);
    if (below(4) === 0) return { value: [4, 6, 5].reduce<[string, string]>(([done, rest], size) => [`${done}${done && separator}${rest.slice(0, size)}`, rest.slice(size)], ['', withLuhn(`37${made(12, 'digits')}`)])[0] };
    return { value: groups(withLuhn(`${pick(['4', '51', '55'])}${made(15, 'digits')}`.slice(0, 15)), 4, separator) };
  },
  ssn: ({ below, made, pick }) => {
    const [area, group, serial] = [String(1 + below(660)).padStart(3, '0'), String(1 + below(99)).padStart(2, '0'), `${1 + below(9)}${made(3, 'digits')}`];
    return pick([{ value: `${area}-${group}-${serial}` }, { before: 'SSN: ', value: `${area} ${group} ${serial}` }, { before: 'social security number is ', value: `${area}${group}${serial}` }]);
  },
  iban({ pick, made }) {
    const iban = pick([() => withIbanCheck('DE', made(18, 'digits')), () => withIbanCheck('GB', `WEST${made(14, 'digits')}`), () => withIbanCheck('FR', made(23, 'digits'))])();
    return { value: pick([iban, groups(iban, 4, ' '), groups(iban, 4, '-')]) };
  },
  email: ({ pick, made, below }) => ({ value: `${pick(['ann', 'bob.jones', 'zoë', 'm_k'])}${below(100)}@${made(6, 'small').replace(/\d/g, 'x')}.${pick(['example.org', 'de', 'co.uk'])}` }),
  phone: ({ pick, made, below }) =>
    pick([
      { value: `+49 30 ${2 + below(8)}${made(6, 'digits')}` },
      { value: `+1 (541) ${2 + below(8)}14-${made(4, 'digits')}` },
      { value: `(541) 7${1 + below(4)}4-${made(4, 'digits')}` },
      { before: 'please call me at ', value: `030 ${2 + below(8)}${made(6, 'digits')}` },
    ]),
  key: ({ pick, made }) =>
    pick([
      () => ({ value: `${'AK'}IA${made(16, 'capital')}` }),
      () => ({ value: `gh${'p_'}${made(36)}` }),
      () => ({ value: `sk-${'ant'}-api03-${made(95, 'url')}` }),
      () => ({ value: `sk-${'proj'}-${made(120, 'url')}` }),
      () => ({ value: `sk${'_live'}_${made(24)}` }),
      () => ({ value: `xo${'xb'}-${made(12, 'digits')}-${made(12, 'digits')}-${made(24)}` }),
      () => ({ value: `S${'G'}.${made(22)}.${made(43)}` }),
      () => ({ value: `gl${'pat'}-${made(20)}` }),
      () => ({ value: `AI${'za'}${made(35, 'url')}` }),
      () => ({ value: `h${'f_'}${made(34)}` }),
      () => ({ before: 'the api token is ', value: `${made(32, 'hex')}a1` }),
    ])(),
  token: ({ made, below }) => ({ value: [base64({ alg: 'HS256', typ: 'JWT' }), base64({ sub: `user ${below(1000)}`, iat: 1_700_000_000 }), made(43, 'url')].join('.') }),
  pem: ({ pick, made }) => ({ value: `${'-'.repeat(5)}BEGIN ${pick(['RSA ', 'EC ', 'OPENSSH ', ''])}PRIVATE ${'KEY'}${'-'.repeat(5)}\n${made(64, 'base64')}\n${made(64, 'base64')}` }),
  password: ({ pick, made, below }) => ({ before: `${pick([WORD, 'Pass' + 'wort', 'passwd'])}${pick([': ', ' is ', ' = '])}`, value: `${made(5)}!${below(10)}q${made(4)}` }),
  bearer: ({ made }) => ({ before: 'Authorization: Bearer ', value: `a1b2${made(30)}` }),
  keyword: ({ pick }) => ({ value: pick(['Project Nightjar', 'project-nightjar', 'PROJECT  NIGHTJAR', 'Pr0ject N1ghtjar', 'Bluefinch', 'b.l.u.e.f.i.n.c.h', 'b l u e f i n c h']) }),
  spelled: ({ pick, made }) =>
    pick([
      () => ({ value: [...withLuhn(`4${made(14, 'digits')}`)].map((digit) => WORDS[Number(digit)]!).join(pick([' ', ', ', '-'])) }),
      () => ({ value: `ann${made(1, 'digits')} [at] example [dot] org` }),
      () => ({ value: 'bob at mail dot example dot org' }),
    ])(),
  explained: ({ pick, made, below }) =>
    pick([
      () => ({ value: `${1 + below(5)}23${1 + below(8)}5${1 + below(8)}789`, behind: ' is my SSN' }),
      () => ({ value: withLuhn(`4${made(11, 'digits')}`), behind: ' (an old Visa card)' }),
    ])(),
  encoded: ({ pick, made }) => {
    const card = groups(withLuhn(`4${made(14, 'digits')}`), 4, pick(['-', '']));
    return pick([
      () => ({ value: [...card].map((digit) => String.fromCharCode(digit === '-' ? 0x2011 : digit.charCodeAt(0) - 48 + 0xff10)).join('') }),
      () => ({ value: [...card].join('\u200b') }),
      () => ({ value: [...card].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('') }),
      () => ({ value: [...card].map((character) => `&#${character.charCodeAt(0)};`).join('') }),
      () => ({ value: Buffer.from(`The number is ${card}.`).toString('base64') }),
    ])();
  },
  server: ({ made }) => ({ before: 'postgres://admin:', value: `${made(6)}4q${made(6)}@db.example.org/main` }),
};

const BEFORE = ['Sure, here it is: ', 'I have found this in the file (line 12): ', 'Das hier stand darin, bitte sehr: ', 'As of 2024 there were 3 of them, e.g. ', '- first item\n- ', 'The value, as v2 has it, reads ', ''];
const BEHIND = [' and that is all there is.', '. Keep it safe!', ', which nobody should see', '\n\nBest wishes', ' ', ''];

export interface Seeded {
  kind: string;
  text: string;
  /** Offset of the value in the text. */
  start: number;
  end: number;
}

/** The secret of a seed in its sentence. */
export function secretOf(seed: number): Seeded {
  const random = seeded(seed + 1);
  const kind = Object.keys(KINDS)[seed % Object.keys(KINDS).length]!;
  const { before = '', value, behind = '' } = KINDS[kind]!(random);
  const lead = random.pick(BEFORE) + before;
  return { kind, text: lead + value + behind + random.pick(BEHIND), start: lead.length, end: lead.length + value.length };
}

const hex = (character: string, digits: number): string => character.codePointAt(0)!.toString(16).padStart(digits, '0');
const each = (pattern: RegExp, write: (character: string) => string) => (text: string): string => text.replace(pattern, write);
const wide = (character: string): string => (character === ' ' ? '\u3000' : String.fromCharCode(character.charCodeAt(0) - 0x21 + 0xff01));

/** Ways to write the same so that few see it. */
export const DISGUISES: Readonly<Record<string, (text: string) => string>> = {
  'full width': each(/[ -~]/g, wide),
  'digits of full width': each(/\d/g, wide),
  'bold digits': each(/\d/g, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))),
  'all of a URL': each(/[\s\S]/g, (character) => Buffer.from(character).toString('hex').replace(/../g, '%$&')),
  'digits of a URL': each(/\d/g, (digit) => `%${hex(digit, 2)}`),
  'wide digits of a URL': each(/\d/g, (digit) => encodeURIComponent(wide(digit))),
  'entities for all': each(/[\s\S]/g, (character) => `&#${character.codePointAt(0)};`),
  'entities for digits': each(/\d/g, (digit) => `&#${digit.codePointAt(0)};`),
  'hexadecimal entities': each(/\w/g, (character) => `&#x${hex(character, 4)};`),
  'escapes of JSON': each(/\w/g, (character) => `\\u${hex(character, 4)}`),
  'nothing visible between': (text) => [...text].join('\u200b'),
  'marks of order between': (text) => [...text].join('\u00ad\ufeff'),
};

/** The secret of a seed in one of the disguises; each has its turn. Undefined: it is in disguise already. */
export function disguisedOf(seed: number): Seeded | undefined {
  const { kind, text, start, end } = secretOf(seed);
  if (kind === 'encoded') return undefined;
  const names = Object.keys(DISGUISES);
  const name = names[Math.floor(seed / Object.keys(KINDS).length + seed) % names.length]!;
  const value = DISGUISES[name]!(text.slice(start, end));
  return { kind: `${kind}, ${name}`, text: text.slice(0, start) + value + text.slice(end), start, end: start + value.length };
}
