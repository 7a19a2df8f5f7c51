// Fills a ledger with a year, inside of the database: the rows of minutes first, every other table from those.
import type { Kind } from '../../src/api/resources.ts';
import type { Database } from '../../src/ledger/database.ts';
import {
  ACTIVE_PART,
  ACTIVE_UNITS,
  activeKeys,
  AMOUNT_COLUMNS,
  LEVEL_KEYS,
  LEVELS,
  UNITS,
  type Level,
  type Unit,
} from '../../src/ledger/tables.ts';
import { keyOf, name, SHAPE, START, uidOf, type Size } from './shape.ts';

const AMOUNTS = Object.values(AMOUNT_COLUMNS);
const CHUNK = 400_000;
const PROVIDERS = ['OpenAI', 'Anthropic', 'Google', 'AWS'];

export async function fill(database: Database, { rows, days }: Size, log: (line: string) => void): Promise<void> {
  await names(database, rows);
  const conversations = Math.ceil(rows / SHAPE.turns);
  const end = days * UNITS.day;
  for (let first = 0; first < rows; first += CHUNK) {
    await database.write((transaction) => transaction.run(minutes(first, Math.min(first + CHUNK, rows) - 1, end / conversations)));
  }
  log(`${rows} rows of minutes`);
  // Blocks of 30 days from the epoch, so that no row of any unit is in two.
  for (let from = START - (START % UNITS.month); from < START + end + UNITS.day; from += UNITS.month) {
    for (const sql of [...sums(from), ...lists(from)]) await database.write((transaction) => transaction.run(sql));
  }
  log('and what they add up to');
  await violations(database, end);
  if (database.words.byKey === '') await database.all('VACUUM ANALYZE');
}

async function names(database: Database, rows: number): Promise<void> {
  const { repositories, models, hosts, users } = SHAPE;
  await database.write(async (transaction) => {
    const object = async (kind: Kind, key: string): Promise<number> => {
      const [namespace, short] = key.split('/') as [string, string];
      const sql = 'INSERT INTO objects (kind, uid, namespace, name) VALUES (?, ?, ?, ?) RETURNING id';
      return (await transaction.all<{ id: number }>(sql, [kind, uidOf(kind, key), namespace, short]))[0]!.id;
    };
    const llms: number[] = [];
    for (let index = 0; index < SHAPE.workspaces; index += 1) llms.push(await object('AILLMConfig', name.llm(index)));
    for (let index = 0; index < SHAPE.policies; index += 1) await object('AIPolicy', name.policy(index));
    for (let index = 0; index < repositories; index += 1) {
      const repository = await object('Repository', name.repository(index));
      for (let model = 0; model < models; model += 1) {
        for (let host = 0; host < hosts; host += 1) {
          const sql = 'INSERT INTO series (workspace, repository, llm, key, provider, model, host) VALUES (?, ?, ?, ?, ?, ?, ?)';
          const workspace = index % SHAPE.workspaces;
          const who = [name.workspace(workspace), repository, llms[workspace]!, keyOf(index), PROVIDERS[workspace % PROVIDERS.length]!];
          await transaction.run(sql, [...who, name.model(index * models + model), name.host(host)]);
        }
      }
    }
    for (let index = 0; index < users; index += 1) await transaction.run('INSERT INTO user_ids (value) VALUES (?)', [name.user(index)]);
    const count = Math.ceil(rows / SHAPE.turns);
    await transaction.run(`INSERT INTO conversation_ids (value) ${numbers(1, count)} SELECT 'conversation-' || i FROM n`);
  });
}

function numbers(first: number, last: number): string {
  return `WITH RECURSIVE n(i) AS (SELECT CAST(${first} AS bigint) UNION ALL SELECT i + 1 FROM n WHERE i < ${last})`;
}

/** Rows come as they would: conversation after conversation, each with its user, who has one repository. */
function minutes(first: number, last: number, apart: number): string {
  const { turns, users, repositories, models, hosts } = SHAPE;
  const conversation = `(i / ${turns})`;
  const mixed = `((${conversation} * 2654435761 % 4294967296) / 256)`;
  const user = `(${mixed} % ${users})`;
  const series = `((${user} % ${repositories}) * ${models * hosts} + (${mixed} / ${users} % ${models}) * ${hosts} + i % ${hosts} + 1)`;
  // A turn every two minutes.
  const at = `(${START} + ${conversation} * ${Math.round(apart * 1000)} / 1000 + i % ${turns} * 2)`;
  const amounts = [
    '1',
    '200 + i % 900',
    '50 + i % 400',
    '90',
    '4',
    '900 + i % 2000',
    ...AMOUNTS.slice(6).map(() => 'CASE WHEN i % 500 = 0 THEN 1 ELSE 0 END'),
  ];
  return (
    `INSERT INTO details_minute (at, series, user_id, conversation_id, ${AMOUNTS.join(', ')}) ${numbers(first, last)} ` +
    `SELECT ${at}, ${series}, ${user} + 1, ${conversation} + 1, ${amounts.join(', ')} FROM n`
  );
}

/** One block of every table of sums, each from the smallest one that holds it. */
function sums(from: number): string[] {
  return Object.entries(LEVELS).flatMap(([label, units]) => {
    const level = label as Level;
    return units.flatMap((unit: Unit) => {
      if (level === 'details' && unit === 'minute') return [];
      const keys = LEVEL_KEYS[level].slice(1);
      const source = sourceOf(level, unit);
      const at = `at - at % ${UNITS[unit]}`;
      const selected = AMOUNTS.map((column) => `sum(${column})`);
      return [
        `INSERT INTO ${level}_${unit} (at, ${[...keys, ...AMOUNTS].join(', ')}) ` +
          `SELECT ${[at, ...keys, ...selected].join(', ')} FROM ${source} ` +
          `WHERE at >= ${from} AND at < ${from + UNITS.month} GROUP BY ${[at, ...keys].join(', ')}`,
      ];
    });
  });
}

function sourceOf(level: Level, unit: Unit): string {
  const units = LEVELS[level] as readonly Unit[];
  const shorter = units[units.indexOf(unit) - 1];
  if (shorter !== undefined) return `${level}_${shorter}`;
  return unit === 'minute' ? 'details_minute' : `details_${unit}`;
}

function lists(from: number): string[] {
  return (['users', 'totals'] as const).flatMap((level) =>
    ACTIVE_UNITS.map((unit) => {
      const at = `at - at % ${UNITS[unit]}`;
      const keys = [at, ...LEVEL_KEYS[level].slice(1), `conversation_id / ${ACTIVE_PART}`].join(', ');
      return (
        `INSERT INTO active_${level}_${unit} (${activeKeys(level).join(', ')}, conversations) SELECT ${keys}, ` +
        `string_agg(conversation_id || ',', '') FROM details_${unit === 'month' ? 'day' : unit} ` +
        `WHERE at >= ${from} AND at < ${from + UNITS.month} GROUP BY ${keys}`
      );
    }),
  );
}

async function violations(database: Database, end: number): Promise<void> {
  const [first] = await database.all<{ id: number }>(`SELECT min(id) AS id FROM objects WHERE kind = 'AIPolicy'`);
  const policy = `${first!.id} + CASE i % 2 WHEN 0 THEN 0 ELSE i / 2 % ${SHAPE.policies} END`;
  const columns =
    'id, at, policy, repository, series, workspace, user_name, conversation, phase, action, severity, explanation, request_id';
  const values =
    `'violation-' || i, (${START} + i * ${end} / ${SHAPE.violations}) * 60000, ${policy}, s.repository, s.id, s.workspace, ` +
    `'user-' || (i % ${SHAPE.users}), 'conversation-' || i, 'Request', CASE i % 3 WHEN 0 THEN 'Log' WHEN 1 THEN 'Alert' ELSE 'Block' END, ` +
    `'High', 'a card number', 'request-' || i`;
  const series = SHAPE.repositories * SHAPE.models * SHAPE.hosts;
  await database.write((transaction) =>
    transaction.run(
      `INSERT INTO violations (${columns}) ${numbers(1, SHAPE.violations)} ` +
        `SELECT ${values} FROM n JOIN series s ON s.id = 1 + i % ${series}`,
    ),
  );
}
