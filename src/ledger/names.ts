// The numbers under which the ledger keeps names: objects by UID, series (everything about a request but its user and its conversation),
// users and conversations.
import type { Kind } from '../api/resources.ts';
import type { Transaction } from './database.ts';
import type { EntryDimensions } from './entries.ts';
import type { FindUid } from './ledger.ts';

/** Series that are remembered between transactions. They are never removed, so what is remembered stays true. */
const MAX_REMEMBERED = 100_000;
/** Values in one statement. */
const CHUNK = 400;

/** What was looked up in transactions that are committed. */
export class Remembered {
  readonly #ids = new Map<string, number>();

  get(key: string): number | undefined {
    return this.#ids.get(key);
  }

  add(found: ReadonlyMap<string, number>): void {
    if (this.#ids.size + found.size > MAX_REMEMBERED) this.#ids.clear();
    for (const [key, id] of found) this.#ids.set(key, id);
  }
}

interface Series {
  series: number;
  repository: number;
  workspace: string;
}

/** Looks names up, or makes their rows, in one transaction. */
export class Names {
  /** To be remembered once the transaction is committed. */
  readonly found = new Map<string, number>();
  /** Objects of which nobody knows the UID now: the next one of that name may be another. */
  readonly #gone = new Map<string, number>();
  /** Many entries of a transaction have the same. */
  readonly #series = new Map<string, Series>();
  readonly #transaction: Transaction;
  readonly #findUid: FindUid;
  readonly #remembered: Remembered;

  constructor(transaction: Transaction, findUid: FindUid, remembered: Remembered) {
    this.#transaction = transaction;
    this.#findUid = findUid;
    this.#remembered = remembered;
  }

  /** By kind and `namespace/name`; 0 for an empty name. */
  async object(kind: Kind, key: string): Promise<number> {
    if (key === '') return 0;
    const uid = this.#findUid(kind, key) ?? '';
    const form = `${kind} ${key} ${uid}`;
    const known = uid === '' ? this.#gone.get(form) : (this.found.get(form) ?? this.#remembered.get(form));
    if (known !== undefined) return known;
    const id = uid === '' ? await this.#lastNamed(kind, key) : await this.#withUid(kind, key, uid);
    (uid === '' ? this.#gone : this.found).set(form, id);
    return id;
  }

  async series(entry: EntryDimensions): Promise<Series> {
    // Names hold no zero character once they can be stored.
    const form = [entry.repository, entry.llm, entry.key, entry.provider, entry.model, entry.host].join('\0');
    let series = this.#series.get(form);
    if (series === undefined) this.#series.set(form, (series = await this.#seriesOf(entry)));
    return series;
  }

  async #seriesOf(entry: EntryDimensions): Promise<Series> {
    const [workspace] = split(entry.repository);
    const repository = await this.object('Repository', entry.repository);
    const llm = await this.object('AILLMConfig', entry.llm);
    const values = [workspace, repository, llm, entry.key, entry.provider, entry.model, entry.host];
    const form = JSON.stringify(values);
    let series = this.found.get(form) ?? this.#remembered.get(form);
    if (series === undefined) {
      const columns = 'workspace, repository, llm, key, provider, model, host';
      const where = columns
        .split(', ')
        .map((column) => `${column} = ?`)
        .join(' AND ');
      series =
        (await this.#id(`SELECT id FROM series WHERE ${where}`, values)) ??
        (await this.#made(`INSERT INTO series (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id`, values));
      this.found.set(form, series);
    }
    return { series, repository, workspace };
  }

  /** Empty values are 0. */
  async values(table: 'user_ids' | 'conversation_ids', values: Iterable<string>): Promise<Map<string, number>> {
    const ids = await idsOf(this.#transaction, table, values);
    const missing = [...new Set(values)].filter((value) => !ids.has(value));
    for (let start = 0; start < missing.length; start += CHUNK) {
      const chunk = missing.slice(start, start + CHUNK);
      const sql = `INSERT INTO ${table} (value) VALUES ${chunk.map(() => '(?)').join(', ')} RETURNING id, value`;
      for (const { id, value } of await this.#transaction.all<{ id: number; value: string }>(sql, chunk)) ids.set(value, id);
    }
    return ids;
  }

  async #lastNamed(kind: Kind, key: string): Promise<number> {
    const [namespace, name] = split(key);
    return (
      (await this.#id('SELECT id FROM objects WHERE kind = ? AND namespace = ? AND name = ? ORDER BY id DESC LIMIT 1', [
        kind,
        namespace,
        name,
      ])) ?? this.#object(kind, '', namespace, name)
    );
  }

  async #withUid(kind: Kind, key: string, uid: string): Promise<number> {
    const [namespace, name] = split(key);
    const unknown = `SELECT max(id) FROM objects WHERE kind = ? AND namespace = ? AND name = ? AND uid = ''`;
    return (
      (await this.#id('SELECT id FROM objects WHERE kind = ? AND uid = ?', [kind, uid])) ??
      (await this.#id(`UPDATE objects SET uid = ? WHERE id = (${unknown}) RETURNING id`, [uid, kind, namespace, name])) ??
      this.#object(kind, uid, namespace, name)
    );
  }

  #object(kind: Kind, uid: string, namespace: string, name: string): Promise<number> {
    return this.#made('INSERT INTO objects (kind, uid, namespace, name) VALUES (?, ?, ?, ?) RETURNING id', [kind, uid, namespace, name]);
  }

  async #id(sql: string, values: readonly (string | number)[]): Promise<number | undefined> {
    return (await this.#transaction.all<{ id: number }>(sql, values))[0]?.id;
  }

  async #made(sql: string, values: readonly (string | number)[]): Promise<number> {
    return (await this.#id(sql, values))!;
  }
}

/** Those that have a number; an empty value is 0. */
export async function idsOf(
  reader: Pick<Transaction, 'all'>,
  table: 'user_ids' | 'conversation_ids',
  values: Iterable<string>,
): Promise<Map<string, number>> {
  const ids = new Map([['', 0]]);
  const wanted = [...new Set(values)].filter((value) => value !== '');
  for (let start = 0; start < wanted.length; start += CHUNK) {
    const chunk = wanted.slice(start, start + CHUNK);
    const sql = `SELECT id, value FROM ${table} WHERE value IN (${chunk.map(() => '?').join(', ')})`;
    for (const { id, value } of await reader.all<{ id: number; value: string }>(sql, chunk)) ids.set(value, id);
  }
  return ids;
}

/** The other way round. */
export async function valuesOf(
  reader: Pick<Transaction, 'all'>,
  sql: (list: string) => string,
  ids: Iterable<number>,
): Promise<Map<number, string>> {
  const values = new Map([[0, '']]);
  const wanted = [...new Set(ids)].filter((id) => id !== 0);
  for (let start = 0; start < wanted.length; start += CHUNK) {
    const chunk = wanted.slice(start, start + CHUNK);
    for (const { id, value } of await reader.all<{ id: number; value: string }>(sql(chunk.map(() => '?').join(', ')), chunk))
      values.set(id, value);
  }
  return values;
}

function split(key: string): [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, Math.max(slash, 0)), key.slice(slash + 1)];
}
