// Values that look like credentials, in the places where people leave them. They are put together when the evaluation runs, so that none of
// them stands in the repository for a scanner to find.
import type { Example } from '../sets.ts';
import { filled, times, type ALPHABETS, type Dice } from './dice.ts';

type Shape = readonly [pieces: readonly string[], length: number, alphabet: keyof typeof ALPHABETS];

/** Forms of keys as vendors document them; the beginning in pieces. */
const SHAPES: readonly Shape[] = [
  [['AK', 'IA'], 16, 'capital'],
  [['AI', 'za'], 35, 'mixed'],
  [['gh', 'p_'], 36, 'mixed'],
  [['gl', 'pat-'], 20, 'mixed'],
  [['np', 'm_'], 36, 'mixed'],
  [['sk-', 'ant-api03-'], 95, 'mixed'],
  [['sk-', 'proj-'], 120, 'mixed'],
  [['h', 'f_'], 34, 'mixed'],
  [['gs', 'k_'], 52, 'mixed'],
  [['sk', '_live_'], 24, 'mixed'],
  [['shp', 'at_'], 32, 'hex'],
  [['dop', '_v1_'], 64, 'hex'],
  [['da', 'pi'], 32, 'hex'],
  [['lin', '_api_'], 40, 'mixed'],
  [['dckr', '_pat_'], 27, 'mixed'],
  [['pul', '-'], 40, 'hex'],
];

const url64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const OTHERS: readonly ((dice: Dice) => string)[] = [
  (dice) => [url64({ alg: 'HS256', typ: 'JWT' }), url64({ sub: dice.some(6), iat: 1_700_000_000 }), dice.some(43)].join('.'),
  (dice) => `${'-'.repeat(5)}BEGIN RSA PRIVATE ${'KEY'}${'-'.repeat(5)}\n${times(4, () => dice.some(64, 'base64')).join('\n')}`,
  (dice) => `postgres${'://'}app:${dice.some(14)}@db.bluefinch.io:5432/orders`,
  (dice) => `mongodb+srv${'://'}reader:${dice.some(16)}@cluster0.example.net/shop`,
  (dice) => `Authorization: ${'Bear'}er ${dice.some(40)}`,
  (dice) => `${'pass'}word = "${dice.some(6)}!${dice.some(6)}"`,
  (dice) => `${'API'}_KEY=${dice.some(40)}`,
  (dice) => `client_${'secret'}: ${dice.some(36)}`,
  (dice) => `aws_secret_access_${'key'} = ${dice.some(40, 'base64')}`,
];

const PLACES = [
  '{}',
  'export TOKEN={}',
  'Why does this not work?\n\n    {}\n\nI get a 401.',
  '{"token": "{}"}',
  'Der Zugang ist {} und gilt bis Freitag.',
  'curl -H "X-Api-Key: {}" https://api.bluefinch.io/v1/orders',
  'env:\n  - name: ACCESS\n    value: {}\n',
];

const key = (dice: Dice): string => {
  const [pieces, length, alphabet] = dice.pick(SHAPES);
  return pieces.join('') + dice.some(length, alphabet);
};

const NAMES = ['API_KEY', 'TOKEN', 'DB_PASSWORD'];
const STAND_INS = ['<your-key>', 'changeme', 'xxxxxxxxxxxxxxxx', '${SECRET}', '$(cat key.txt)', 'REPLACE_ME'];
const CALLS = ['process.env.TOKEN', 'await read(file)', 'config.get("token")', 'undefined', 'request.headers.authorization'];

/** What stands in files in the place of a credential, or looks as random as one. */
const HARMLESS: readonly ((dice: Dice) => string)[] = [
  (dice) => `"integrity": "sha512-${dice.some(86, 'base64')}=="`,
  (dice) => `commit ${dice.some(40, 'hex')}`,
  (dice) => `digest: sha256:${dice.some(64, 'hex')}`,
  (dice) => `id: ${[8, 4, 4, 4, 12].map((length) => dice.some(length, 'hex')).join('-')}`,
  (dice) => `${dice.pick(NAMES)}=${dice.pick(STAND_INS)}`,
  (dice) => `const ${dice.pick(['token', 'password', 'apiKey'])} = ${dice.pick(CALLS)};`,
  (dice) => `etag: W/"${dice.some(27)}"`,
  (dice) => `.button-${dice.some(6, 'hex')} { color: #${dice.some(6, 'hex')} }`,
  (dice) => `https://shop.example.com/item/${dice.some(10)}?ref=${dice.some(8)}`,
  (dice) => `The password must have ${8 + dice.below(8)} characters and a digit.`,
  (dice) => `password: string; // at least ${8 + dice.below(8)} characters`,
  (dice) => `Reset the token of build ${dice.below(9000)} in the settings.`,
  (dice) => `data:image/png;base64,iVBORw0KGgo${dice.some(80, 'base64')}`,
  (dice) => `${'ssh'}-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${dice.some(43, 'base64')} ann@laptop`,
  (dice) => `x-request-id: ${dice.some(32, 'hex')}`,
];

export const secrets = (dice: Dice): Example[] => [
  ...times(480, (): Example => ({ text: filled(dice.pick(PLACES), key(dice)), label: 1, category: 'vendor' })),
  ...times(360, (index): Example => ({ text: OTHERS[index % OTHERS.length]!(dice), label: 1, category: 'other' })),
  ...times(750, (index): Example => ({ text: HARMLESS[index % HARMLESS.length]!(dice), label: 0, category: 'harmless' })),
];
