// Values that look like personal data: right by their checksums and numbering plans, and nobody's by design.
import { filled, type Dice } from './dice.ts';

const luhn = (digits: string): number => {
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return (10 - (sum % 10)) % 10;
};

/** First digits and length of the schemes. */
const SCHEMES = [
  ['4', 16],
  ['51', 16],
  ['55', 16],
  ['2221', 16],
  ['37', 15],
  ['6011', 16],
  ['3530', 16],
] as const;

function grouped(digits: string, separator: string): string {
  const groups = digits.length === 15 ? [4, 6, 5] : [4, 4, 4, 4];
  let from = 0;
  return groups.map((size) => digits.slice(from, (from += size))).join(separator);
}

export function card(dice: Dice): string {
  const [prefix, length] = dice.pick(SCHEMES);
  const digits = prefix + dice.some(length - prefix.length - 1, 'digit');
  return grouped(digits + luhn(digits), dice.pick(['', ' ', '-']));
}

/** As long as a card, with a checksum that is wrong. */
export function notCard(dice: Dice): string {
  const digits = `4${dice.some(14, 'digit')}`;
  return grouped(digits + ((luhn(digits) + 1 + dice.below(8)) % 10), dice.pick(['', ' ', '-']));
}

/** Country and form of what follows the two check digits: # is a digit, A a letter. */
const ACCOUNTS = [
  ['DE', '##################'],
  ['AT', '################'],
  ['CH', '#################'],
  ['FR', '#######################'],
  ['NL', 'AAAA##########'],
  ['GB', 'AAAA##############'],
  ['ES', '####################'],
  ['BE', '############'],
] as const;

const formed = (dice: Dice, form: string): string =>
  form.replace(/[#AN]/g, (kind) =>
    kind === 'A' ? dice.pick([...'ABCDEFGHJKLMNPQRSTUVWXYZ']) : kind === 'N' ? String(2 + dice.below(8)) : dice.some(1, 'digit'),
  );

export function iban(dice: Dice): string {
  const [country, form] = dice.pick(ACCOUNTS);
  const account = formed(dice, form);
  const number = [...`${account}${country}00`].map((each) => parseInt(each, 36)).join('');
  const check = String(98n - (BigInt(number) % 97n)).padStart(2, '0');
  const whole = country + check + account;
  return dice.pick([whole, whole.replace(/(.{4})(?=.)/g, '$1 ')]);
}

export function ssn(dice: Dice): string {
  const area = 1 + dice.below(665);
  return `${String(area).padStart(3, '0')}-${String(1 + dice.below(99)).padStart(2, '0')}-${String(1 + dice.below(9999)).padStart(4, '0')}`;
}

const NAMES = ['ann', 'jonas', 'mira', 'o.peters', 'lena_k', 'tom.b', 'sofia-r', 'p.novak', 'yusuf', 'chloe.d', 'j.weber', 'kim'] as const;
const HOSTS = ['mail', 'post', 'bluefinch', 'hafen-apotheke', 'it.nordwind'];
const ENDS = ['com', 'de', 'org', 'co.uk', 'io', 'at'];
export const email = (dice: Dice): string =>
  `${dice.pick(NAMES)}${dice.pick(['', '', String(dice.below(100)), '+news'])}@${dice.pick(HOSTS)}.${dice.pick(ENDS)}`;

/** Not a private, local or reserved one. */
export const ip = (dice: Dice): string => {
  const first = dice.pick([23, 31, 46, 62, 78, 81, 85, 91, 93, 109, 134, 145, 151, 176, 185, 193, 195, 212, 217]);
  return [first, dice.below(256), dice.below(256), 1 + dice.below(254)].join('.');
};

/** Forms of numbers that are given out, by country; N is a digit from 2 on. */
const PHONES = {
  US: ['(212) N##-####', '415-N##-####', '+1 312 N## ####', '+1-617-N##-####', '303.N##.####'],
  GB: ['020 7N## ####', '+44 20 7N## ####', '07700 9#####', '+44 7400 ######', '0161 N## ####'],
  DE: ['030 N######', '+49 30 N#######', '0171 #######', '+49 151 ########', '089/N#######', '(0221) N######'],
  FR: ['01 4# ## ## ##', '+33 6 1# ## ## ##', '06.1#.##.##.##', '04 91 ## ## ##'],
  AT: ['0664 N######', '+43 1 N######', '01 N######'],
  CH: ['044 N## ## ##', '+41 79 N## ## ##', '079 N## ## ##'],
} as const;
export const PHONE_COUNTRIES: readonly string[] = Object.keys(PHONES);
export const phone = (dice: Dice): string => formed(dice, dice.pick(Object.values(PHONES).flat()));

/** Numbers and words that are nobody's data. */
export function harmlessValue(dice: Dice): string {
  const two = (): string => String(1 + dice.below(12)).padStart(2, '0');
  return dice.pick([
    () => `order ${notCard(dice)}`,
    () => `version ${dice.below(20)}.${dice.below(30)}.${dice.below(20)}.${dice.below(9000)}`,
    () => `commit ${dice.some(40, 'hex')}`,
    () => `timestamp 17${dice.some(11, 'digit')}`,
    () => `10.${dice.below(256)}.${dice.below(256)}.${dice.below(256)}`,
    () => `192.168.${dice.below(256)}.${dice.below(256)}`,
    () => `EUR ${dice.below(900) + 1},${dice.some(3, 'digit')}.${dice.some(2, 'digit')}`,
    () => `2026-${two()}-${two()} ${two()}:${two()}:${two()}`,
    () => filled('invoice RE-{}', dice.some(8, 'digit')),
    () => filled('ticket OPS-{}', dice.some(5, 'digit')),
    () => [8, 4, 4, 4, 12].map((length) => dice.some(length, 'hex')).join('-'),
    () => `${dice.pick(['root', 'deploy', 'admin'])}@localhost`,
    () => `${two()}.${two()}.19${dice.some(2, 'digit')}`,
    () => `room ${dice.below(900) + 100}, floor ${dice.below(9)}`,
    () => `48.${dice.some(6, 'digit')}, 2.${dice.some(6, 'digit')}`,
    () => `port ${dice.below(60000) + 1024}`,
  ])();
}
