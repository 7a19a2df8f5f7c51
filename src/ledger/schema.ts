// The schema of the ledger as numbered steps, for both stores. A step that was released is never changed: what comes later is a new one.
import { ACTIVE_UNITS, AMOUNT_COLUMNS, LEVEL_KEYS, LEVELS, type Level, type Unit } from './tables.ts';
import type { Words } from './database.ts';

export interface Migration {
  version: number;
  statements(words: Words): string[];
}

function keyed(name: string, keys: readonly string[], others: readonly string[], { integer, byKey }: Words): string {
  const columns = [...keys.map((key) => `${key} ${integer} NOT NULL`), ...others, `PRIMARY KEY (${keys.join(', ')})`];
  return `CREATE TABLE ${name} (${columns.join(', ')})${byKey}`;
}

function usage(words: Words): string[] {
  const amounts = Object.values(AMOUNT_COLUMNS).map((column) => `${column} ${words.integer} NOT NULL`);
  const tables = Object.entries(LEVELS).flatMap(([level, units]) =>
    units.map((unit: Unit) => keyed(`${level}_${unit}`, LEVEL_KEYS[level as Level], amounts, words)),
  );
  const active = (['users', 'totals'] as const).flatMap((level) =>
    ACTIVE_UNITS.map((unit) => keyed(`active_${level}_${unit}`, LEVEL_KEYS[level], [`conversations ${words.text} NOT NULL`], words)),
  );
  const indexes = LEVELS.details.flatMap((unit) =>
    ['user_id', 'conversation_id'].map((column) => `CREATE INDEX details_${unit}_${column} ON details_${unit} (${column}, at) WHERE ${column} <> 0`),
  );
  const users = LEVELS.users.map((unit) => `CREATE INDEX users_${unit}_user_id ON users_${unit} (user_id, at) WHERE user_id <> 0`);
  return [...tables, ...active, ...indexes, ...users];
}

function names({ integer, text, counted }: Words): string[] {
  return [
    `CREATE TABLE objects (id ${counted}, kind ${text} NOT NULL, uid ${text} NOT NULL, namespace ${text} NOT NULL, name ${text} NOT NULL)`,
    `CREATE UNIQUE INDEX objects_uid ON objects (kind, uid) WHERE uid <> ''`,
    `CREATE INDEX objects_name ON objects (kind, namespace, name)`,
    `CREATE TABLE series (id ${counted}, workspace ${text} NOT NULL, repository ${integer} NOT NULL, llm ${integer} NOT NULL, key ${text} NOT NULL, ` +
      `provider ${text} NOT NULL, model ${text} NOT NULL, host ${text} NOT NULL, UNIQUE (repository, llm, key, provider, model, host, workspace))`,
    `CREATE TABLE user_ids (id ${counted}, value ${text} NOT NULL UNIQUE)`,
    `CREATE TABLE conversation_ids (id ${counted}, value ${text} NOT NULL UNIQUE)`,
    `CREATE TABLE sources (source ${text} PRIMARY KEY, sequence ${integer} NOT NULL, dropped ${integer} NOT NULL, seen_at ${integer} NOT NULL)`,
    // Since when minutes and hours are kept, in minutes since the epoch.
    `CREATE TABLE kept (unit ${text} PRIMARY KEY, since ${integer} NOT NULL)`,
  ];
}

function records({ integer, text, bytes, counted }: Words): string[] {
  const seen = `WHERE action <> 'DryRun'`;
  return [
    `CREATE TABLE violations (id ${text} PRIMARY KEY, at ${integer} NOT NULL, policy ${integer} NOT NULL, repository ${integer} NOT NULL, ` +
      `series ${integer} NOT NULL, workspace ${text} NOT NULL, user_name ${text} NOT NULL, conversation ${text} NOT NULL, phase ${text} NOT NULL, ` +
      `action ${text} NOT NULL, severity ${text}, explanation ${text} NOT NULL, request_id ${text} NOT NULL)`,
    `CREATE INDEX violations_at ON violations (at)`,
    `CREATE INDEX violations_workspace ON violations (workspace, at) ${seen}`,
    `CREATE INDEX violations_repository ON violations (repository, at) ${seen}`,
    `CREATE INDEX violations_policy ON violations (policy, at) ${seen}`,
    `CREATE TABLE audit (id ${text} PRIMARY KEY, at ${integer} NOT NULL, actor ${text} NOT NULL, event ${text} NOT NULL, kind ${text} NOT NULL, ` +
      `uid ${text} NOT NULL, workspace ${text} NOT NULL, name ${text} NOT NULL)`,
    `CREATE INDEX audit_at ON audit (at)`,
    `CREATE INDEX audit_workspace ON audit (workspace, at)`,
    `CREATE TABLE conversations (id ${text} PRIMARY KEY, workspace ${text} NOT NULL, repository ${text} NOT NULL, created_by ${text} NOT NULL, ` +
      `created_at ${integer} NOT NULL, updated_at ${integer} NOT NULL, deleted_at ${integer}, tokens_in ${integer} NOT NULL, ` +
      `tokens_out ${integer} NOT NULL, title ${bytes})`,
    `CREATE INDEX conversations_at ON conversations (created_at)`,
    `CREATE INDEX conversations_workspace ON conversations (workspace, created_at)`,
    `CREATE TABLE messages (number ${counted}, id ${text} NOT NULL UNIQUE, conversation ${text} NOT NULL, role ${text} NOT NULL, ` +
      `content ${bytes} NOT NULL, model ${text}, tokens ${integer}, created_at ${integer} NOT NULL)`,
    `CREATE INDEX messages_conversation ON messages (conversation, created_at, number)`,
    `CREATE INDEX messages_at ON messages (created_at)`,
  ];
}

export const MIGRATIONS: readonly Migration[] = [
  { version: 1, statements: (words) => [...names(words), ...usage(words), ...records(words)] },
];

