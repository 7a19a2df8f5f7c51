// The schema of the ledger as numbered steps, for both stores. A step that was released is never changed: what comes later is a new one.
import { ACTIVE_UNITS, activeKeys, AMOUNT_COLUMNS, BY_DAY_AND_USER, dayOf, LEVEL_KEYS, LEVELS, type Level, type Unit } from './tables.ts';
import type { Words } from './database.ts';

export interface Migration {
  version: number;
  statements(words: Words): string[];
}

/** `keys`: columns that are numbers; the rows lie in the order of `order`. */
function keyed(name: string, keys: readonly string[], others: readonly string[], words: Words, order: readonly string[] = keys): string {
  const columns = [...keys.map((key) => `${key} ${words.integer} NOT NULL`), ...others, `PRIMARY KEY (${order.join(', ')})`];
  return `CREATE TABLE ${name} (${columns.join(', ')})${words.byKey}`;
}

/** Months of users lie user by user: a year of all users is summed in that order, without sorting it first. All others by time. */
function orderOf(keys: readonly string[], level: Level, unit: Unit): readonly string[] {
  return level === 'users' && unit === 'month' ? ['user_id', ...keys.filter((key) => key !== 'user_id')] : keys;
}

function usage(words: Words): string[] {
  const amounts = Object.values(AMOUNT_COLUMNS).map((column) => `${column} ${words.integer} NOT NULL`);
  const lists = [`conversations ${words.text} NOT NULL`];
  const tables = Object.entries(LEVELS).flatMap(([name, units]) => {
    const level = name as Level;
    return units.map((unit: Unit) => keyed(`${level}_${unit}`, LEVEL_KEYS[level], amounts, words, orderOf(LEVEL_KEYS[level], level, unit)));
  });
  const active = (['users', 'totals'] as const).flatMap((level) =>
    ACTIVE_UNITS.map((unit) => keyed(`active_${level}_${unit}`, activeKeys(level), lists, words, orderOf(activeKeys(level), level, unit))),
  );
  const indexes = LEVELS.details.flatMap((unit) =>
    ['user_id', 'conversation_id'].map(
      (column) => `CREATE INDEX details_${unit}_${column} ON details_${unit} (${column}, at) WHERE ${column} <> 0`,
    ),
  );
  const users = (['hour', 'day'] as const).map(
    (unit) => `CREATE INDEX users_${unit}_user_id ON users_${unit} (user_id, at) WHERE user_id <> 0`,
  );
  return [...tables, ...active, ...indexes, ...users];
}

/** Columns as `name word`, with the words of the store; `?` behind it where there may be nothing, anything else as it is. */
function table(name: string, columns: readonly string[], words: Words): string {
  const written = columns.map((column) => {
    const [, label, word, rest] = /^(\w+) (integer|text|bytes|counted)\b(.*)$/.exec(column) ?? [];
    if (label === undefined) return column;
    const type = words[word as 'integer'];
    if (word === 'counted' || rest?.startsWith(' ') === true) return `${label} ${type}${rest}`;
    return rest === '?' ? `${label} ${type}` : `${label} ${type} NOT NULL`;
  });
  return `CREATE TABLE ${name} (${written.join(', ')})`;
}

function names(words: Words): string[] {
  const texts = ['workspace text', 'repository integer', 'llm integer', 'key text', 'provider text', 'model text', 'host text'];
  return [
    table('objects', ['id counted', 'kind text', 'uid text', 'namespace text', 'name text'], words),
    `CREATE UNIQUE INDEX objects_uid ON objects (kind, uid) WHERE uid <> ''`,
    `CREATE INDEX objects_name ON objects (kind, namespace, name)`,
    table('series', ['id counted', ...texts, 'UNIQUE (repository, llm, key, provider, model, host, workspace)'], words),
    table('user_ids', ['id counted', 'value text', 'UNIQUE (value)'], words),
    table('conversation_ids', ['id counted', 'value text', 'UNIQUE (value)'], words),
    table('sources', ['source text PRIMARY KEY', 'sequence integer', 'dropped integer', 'seen_at integer'], words),
    // Since when minutes and hours are kept, in minutes since the epoch.
    table('kept', ['unit text PRIMARY KEY', 'since integer'], words),
  ];
}

function records(words: Words): string[] {
  const seen = `WHERE action <> 'DryRun'`;
  const violation = ['at integer', 'policy integer', 'repository integer', 'series integer', 'workspace text', 'user_name text'];
  const found = ['conversation text', 'phase text', 'action text', 'severity text?', 'explanation text', 'request_id text'];
  const change = ['at integer', 'actor text', 'event text', 'kind text', 'uid text', 'workspace text', 'name text'];
  const conversation = ['workspace text', 'repository text', 'created_by text', 'created_at integer', 'updated_at integer'];
  const counts = ['deleted_at integer?', 'tokens_in integer', 'tokens_out integer', 'title bytes?'];
  const message = ['conversation text', 'role text', 'content bytes', 'model text?', 'tokens integer?', 'created_at integer'];
  return [
    table('violations', ['id text PRIMARY KEY', ...violation, ...found], words),
    `CREATE INDEX violations_at ON violations (at)`,
    `CREATE INDEX violations_workspace ON violations (workspace, at) ${seen}`,
    `CREATE INDEX violations_repository ON violations (repository, at) ${seen}`,
    `CREATE INDEX violations_policy ON violations (policy, at) ${seen}`,
    table('audit', ['id text PRIMARY KEY', ...change], words),
    `CREATE INDEX audit_at ON audit (at)`,
    `CREATE INDEX audit_workspace ON audit (workspace, at)`,
    table('conversations', ['id text PRIMARY KEY', ...conversation, ...counts], words),
    `CREATE INDEX conversations_at ON conversations (created_at)`,
    `CREATE INDEX conversations_workspace ON conversations (workspace, created_at)`,
    table('messages', ['number counted', 'id text', ...message, 'UNIQUE (id)'], words),
    `CREATE INDEX messages_conversation ON messages (conversation, created_at, number)`,
    `CREATE INDEX messages_at ON messages (created_at)`,
  ];
}

/**
 * What comes in is of today: the entries of an index by user and time go to as many pages as there are users, three times over, which was
 * most of what was written to the disk. By day and user they lie together.
 */
function byDayAndUser(): string[] {
  const byDay = (table: string): string => `CREATE INDEX ${table}_by_day ON ${table} ((${dayOf('at')}), user_id) WHERE user_id <> 0`;
  return [...LEVELS.details.map((unit) => `DROP INDEX details_${unit}_user_id`), ...BY_DAY_AND_USER.map(byDay)];
}

/** With what they led to, so that alerts are counted without reading them. */
function violationsWithAction(): string[] {
  const index = (name: string, columns: string): string[] => [
    `DROP INDEX violations_${name}`,
    `CREATE INDEX violations_${name} ON violations (${columns}, action) WHERE action <> 'DryRun'`,
  ];
  const of = (['workspace', 'repository', 'policy'] as const).flatMap((name) => index(name, `${name}, at`));
  return [...of, `CREATE INDEX violations_seen ON violations (at, action) WHERE action <> 'DryRun'`];
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, statements: (words) => [...names(words), ...usage(words), ...records(words)] },
  { version: 2, statements: () => byDayAndUser() },
  { version: 3, statements: () => violationsWithAction() },
];
