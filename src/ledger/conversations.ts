// Conversations of the Platform API and their messages. Titles and texts are sealed by whoever writes them.
import { allOf, isIn, seenIn } from './conditions.ts';
import type { Reader, Transaction } from './database.ts';
import type { Conversation, ConversationQuestion, Message, MessageQuestion, Paged } from './ledger.ts';
import { page, total, within } from './records.ts';

type Nullable<Row> = { [Name in keyof Row]-?: undefined extends Row[Name] ? Exclude<Row[Name], undefined> | null : Row[Name] };

const COLUMNS = `id, workspace, repository, created_by AS "createdBy", created_at AS "createdAt", updated_at AS "updatedAt",
  deleted_at AS "deletedAt", tokens_in AS "tokensIn", tokens_out AS "tokensOut", title`;
const MESSAGE_COLUMNS = 'id, conversation, role, content, model, tokens, created_at AS "createdAt"';

export async function createConversation(transaction: Transaction, conversation: Conversation): Promise<void> {
  const { id, workspace, repository, createdBy, createdAt, updatedAt, deletedAt, tokensIn, tokensOut, title } = conversation;
  await transaction.run(
    'INSERT INTO conversations (id, workspace, repository, created_by, created_at, updated_at, deleted_at, tokens_in, tokens_out, title) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    [id, workspace, repository, createdBy, createdAt, updatedAt, deletedAt ?? null, tokensIn, tokensOut, title ?? null],
  );
}

export async function conversation(reader: Reader, id: string): Promise<Conversation | undefined> {
  const [row] = await reader.all<Nullable<Conversation>>(`SELECT ${COLUMNS} FROM conversations WHERE id = ?`, [id]);
  return row && conversationOf(row);
}

/** The newest first. */
export async function conversations(reader: Reader, question: ConversationQuestion): Promise<Paged<Conversation>> {
  const { createdBy, repository, showDeleted } = question;
  const where = allOf([
    ...seenIn('workspace', 'created_by', question),
    ...within('created_at', question),
    ...(createdBy === undefined ? [] : [isIn('created_by', [createdBy])]),
    ...(repository === undefined ? [] : [isIn('repository', [repository])]),
    ...(showDeleted === true ? [] : [{ sql: 'deleted_at IS NULL', values: [] }]),
  ]);
  const select = { select: COLUMNS, from: 'conversations', where, order: 'created_at DESC, id' };
  const { rows, total } = await page<Nullable<Conversation>>(reader, select, question);
  return { rows: rows.map(conversationOf), total };
}

/** Throws where the conversation is not there: its messages would never be found again, nor removed with it. */
export async function addMessages(
  transaction: Transaction,
  id: string,
  messages: readonly Message[],
  tokens: { in: number; out: number },
): Promise<void> {
  const found = await transaction.all<{ updatedAt: number }>('SELECT updated_at AS "updatedAt" FROM conversations WHERE id = ?', [id]);
  if (found.length === 0) throw new Error(`there is no conversation ${id} in the ledger`);
  const updatedAt = Math.max(found[0]!.updatedAt, ...messages.map(({ createdAt }) => createdAt));
  await transaction.run('UPDATE conversations SET updated_at = ?, tokens_in = tokens_in + ?, tokens_out = tokens_out + ? WHERE id = ?', [
    updatedAt,
    tokens.in,
    tokens.out,
    id,
  ]);
  for (const { id: message, role, content, model, tokens: count, createdAt } of messages) {
    await transaction.run(
      'INSERT INTO messages (id, conversation, role, content, model, tokens, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
      [message, id, role, content, model ?? null, count ?? null, createdAt],
    );
  }
}

/** Sizes are summed where the messages are kept, so that no more of them is read than is wanted. */
export async function messages(reader: Reader, id: string, question: MessageQuestion): Promise<Paged<Message>> {
  const { latestFirst = false, bytes = Number.MAX_SAFE_INTEGER, take, skip } = question;
  const { sql: where, values } = isIn('conversation', [id]);
  const order = latestFirst ? 'created_at DESC, number DESC' : 'created_at, number';
  const sized = `SELECT number, length(content) AS size, sum(length(content)) OVER (ORDER BY ${order} ROWS UNBOUNDED PRECEDING) AS so_far
    FROM (SELECT number, content, created_at FROM messages WHERE ${where} ORDER BY ${order} LIMIT ? OFFSET ?) AS wanted`;
  const rows = await reader.all<Nullable<Message>>(
    `SELECT ${MESSAGE_COLUMNS} FROM messages WHERE number IN (SELECT number FROM (${sized}) AS sized WHERE so_far <= ? OR so_far = size)
    ORDER BY ${order}`,
    [...values, take, skip, bytes],
  );
  return { rows: rows.map((row) => present<Message>(row)), total: await total(reader, 'messages', where, values) };
}

export async function openings(reader: Reader, ids: readonly string[], bytes: number): Promise<Message[]> {
  const { sql: where, values } = isIn('one.conversation', ids);
  const rows = await reader.all<Nullable<Message>>(
    `SELECT ${MESSAGE_COLUMNS} FROM messages AS one WHERE ${where} AND length(content) <= ? AND number =
      (SELECT number FROM messages WHERE conversation = one.conversation ORDER BY created_at, number LIMIT 1)`,
    [...values, bytes],
  );
  return rows.map((row) => present<Message>(row));
}

export async function deleteConversation(transaction: Transaction, id: string, { hard, at }: { hard: boolean; at: number }): Promise<void> {
  if (!hard) {
    await transaction.run('UPDATE conversations SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL', [at, id]);
    return;
  }
  await transaction.run('DELETE FROM messages WHERE conversation = ?', [id]);
  await transaction.run('DELETE FROM conversations WHERE id = ?', [id]);
}

function conversationOf(row: Nullable<Conversation>): Conversation {
  return present<Conversation>(row);
}

/** What is nothing in the store is absent outside of it. */
function present<Row extends object>(row: Nullable<Row>): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as Row;
}
