// The port of the ledger over arrays, as plainly as it can be said: what the routes of the Platform API are tested against.
import type { UsageEntry } from '../../src/ledger/entries.ts';
import type {
  AlertRow,
  Amounts,
  AuditEntry,
  AuditQuestion,
  Conversation,
  ConversationQuestion,
  Dimension,
  Ledger,
  Message,
  MessageQuestion,
  Own,
  Page,
  Paged,
  UsageQuestion,
  UsageRow,
  ViolationQuestion,
  ViolationRow,
  ViolationSum,
  ViolationSumsQuestion,
  Visible,
} from '../../src/ledger/ledger.ts';
import { NO_AMOUNTS } from '../../src/platform/stats/amounts.ts';

/** Use of one minute, dimensions as UIDs. */
export type Used = Record<Dimension, string> & Amounts & Pick<UsageEntry, 'minute'>;

export function used(values: Partial<Used> & { minute: number }): Used {
  const dimensions = {
    workspace: 'team-a',
    repository: 'repo-1',
    llm: 'llm-1',
    key: 'key_1',
    provider: 'OpenAI',
    model: 'gpt',
    host: 'gw-0',
    user: '',
    conversation: '',
  };
  return { ...dimensions, ...NO_AMOUNTS, ...values };
}

export function violation(values: Partial<ViolationRow> & { id: string; at: number }): ViolationRow {
  return {
    policy: { uid: 'pol-1', name: 'no-cards' },
    workspace: 'team-a',
    repository: { uid: 'repo-1', name: 'support' },
    key: 'key_1',
    llm: 'llm-1',
    provider: 'OpenAI',
    model: 'gpt',
    host: 'gw-0',
    user: '',
    conversation: '',
    phase: 'Request',
    action: 'Block',
    explanation: 'a payment card number',
    requestId: `req-${values.id}`,
    ...values,
  };
}

const sees = (visible: Visible, namespace: string): boolean => visible === 'all' || visible.includes(namespace);
const seesOwn = ({ visible, own }: { visible: Visible; own?: Own }, namespace: string, by: string): boolean =>
  sees(visible, namespace) || (own?.name === by && sees(own.visible, namespace));
const page = <Row>(rows: Row[], { skip, take }: Page): Paged<Row> => ({ rows: rows.slice(skip, skip + take), total: rows.length });
const within = (at: number, from = -Infinity, to = Infinity): boolean => at >= from && at < to;
const among = (values: readonly string[] | undefined, value: string): boolean => values === undefined || values.includes(value);

const NO_VIOLATIONS = { violations: 0, alerts: 0, blocks: 0, severityLow: 0, severityMedium: 0, severityHigh: 0 };

export class MemoryLedger implements Ledger {
  readonly used: Used[] = [];
  readonly found: ViolationRow[] = [];
  readonly entries: AuditEntry[] = [];
  readonly talks = new Map<string, Conversation>();
  readonly said: Message[] = [];
  /** Questions, the newest last. */
  readonly asked: UsageQuestion[] = [];

  async ingest(): Promise<never> {
    throw new Error('nothing is ingested here');
  }

  async usage(question: UsageQuestion): Promise<UsageRow[]> {
    this.asked.push(question);
    const { visible, from, to, bucket, groupBy, filter = {}, anyOf = {}, withoutKeys = [], limit, offset = 0 } = question;
    const matches = (row: Used, [dimension, values]: [string, readonly string[]]): boolean => values.includes(row[dimension as Dimension]);
    const rows = new Map<string, UsageRow & { talks: Set<string> }>();
    for (const row of this.used) {
      const time = row.minute * 60_000;
      if (!sees(visible, row.workspace) || !within(time, from, to) || withoutKeys.includes(row.key)) continue;
      if (!Object.entries(filter).every((entry) => matches(row, entry))) continue;
      const any = Object.entries(anyOf);
      if (any.length > 0 && !any.some((entry) => matches(row, entry))) continue;
      const at = bucket === undefined ? 0 : Math.floor(time / bucket) * bucket;
      const dimensions = Object.fromEntries(groupBy.map((name) => [name, row[name]]));
      const key = JSON.stringify([at, dimensions]);
      const sum = rows.get(key) ?? { at, dimensions, amounts: { ...NO_AMOUNTS }, conversations: 0, talks: new Set() };
      for (const name of Object.keys(NO_AMOUNTS) as (keyof Amounts)[]) sum.amounts[name] += row[name];
      if (row.conversation !== '') sum.talks.add(row.conversation);
      rows.set(key, { ...sum, conversations: question.conversations === false ? 0 : sum.talks.size });
    }
    return [...rows.values()]
      .map(({ at, dimensions, amounts, conversations }) => ({ at, dimensions, amounts, conversations }))
      .toSorted((a, b) => a.at - b.at)
      .slice(offset, limit === undefined ? undefined : offset + limit);
  }

  async countUsage(question: UsageQuestion): Promise<number> {
    return (await this.usage({ ...question, limit: Number.MAX_SAFE_INTEGER, offset: 0 })).length;
  }

  async violations(question: ViolationQuestion): Promise<Paged<ViolationRow>> {
    return page(this.#violations(question), question);
  }

  #violations(question: ViolationQuestion): ViolationRow[] {
    const { visible, from, to, repository, policy, provider, model, host, severity, block } = question;
    return this.found
      .filter((row) => sees(visible, row.workspace) && within(row.at, from, to))
      .filter((row) => (repository ?? row.repository.uid) === row.repository.uid && (policy ?? row.policy.uid) === row.policy.uid)
      .filter((row) => among(provider, row.provider) && among(model, row.model) && among(host, row.host))
      .filter((row) => severity === undefined || (row.severity !== undefined && severity.includes(row.severity)))
      .filter((row) => (block ?? row.action === 'Block') === (row.action === 'Block'))
      .toSorted((a, b) => b.at - a.at);
  }

  async violationSums({ visible, from, to, bucket, groupBy, filter = {} }: ViolationSumsQuestion): Promise<ViolationSum[]> {
    const rows = new Map<string, ViolationSum>();
    for (const found of this.found) {
      const values = { ...found, policy: found.policy.uid, repository: found.repository.uid };
      if (!sees(visible, found.workspace) || !within(found.at, from, to) || found.action === 'DryRun') continue;
      if (!(Object.keys(filter) as (keyof typeof filter)[]).every((name) => among(filter[name], values[name]))) continue;
      const at = bucket === undefined ? 0 : Math.floor(found.at / bucket) * bucket;
      const dimensions = Object.fromEntries(groupBy.map((name) => [name, values[name]]));
      const key = JSON.stringify([at, dimensions]);
      const row = rows.get(key) ?? { at, dimensions, amounts: { ...NO_VIOLATIONS } };
      rows.set(key, row);
      row.amounts.violations += 1;
      if (found.action !== 'Log') row.amounts.alerts += 1;
      if (found.action === 'Block') row.amounts.blocks += 1;
      if (found.severity !== undefined) row.amounts[`severity${found.severity}`] += 1;
    }
    return [...rows.values()];
  }

  async alerts(question: ViolationQuestion): Promise<Paged<AlertRow>> {
    const told = this.#violations(question).filter(({ action }) => action === 'Alert' || action === 'Block');
    return page(
      told.map((row) => ({ ...row, message: row.explanation })),
      question,
    );
  }

  async audit(entries: readonly AuditEntry[]): Promise<void> {
    this.entries.push(...entries);
  }

  async audited(question: AuditQuestion): Promise<Paged<AuditEntry>> {
    const { from, to, kind, event, actor } = question;
    const found = this.entries
      .filter((entry) => seesOwn(question, entry.workspace, entry.actor) && within(entry.at, from, to))
      .filter(
        (entry) => (kind ?? entry.kind) === entry.kind && (event ?? entry.event) === entry.event && (actor ?? entry.actor) === entry.actor,
      );
    return page(
      found.toSorted((a, b) => b.at - a.at),
      question,
    );
  }

  async createConversation(conversation: Conversation): Promise<void> {
    this.talks.set(conversation.id, conversation);
  }

  async conversation(id: string): Promise<Conversation | undefined> {
    return this.talks.get(id);
  }

  async conversations(question: ConversationQuestion): Promise<Paged<Conversation>> {
    const { from, to, createdBy, repository, showDeleted = false } = question;
    const found = [...this.talks.values()]
      .filter((talk) => seesOwn(question, talk.workspace, talk.createdBy) && within(talk.createdAt, from, to))
      .filter((talk) => showDeleted || talk.deletedAt === undefined)
      .filter((talk) => (createdBy ?? talk.createdBy) === talk.createdBy && (repository ?? talk.repository) === talk.repository);
    return page(
      found.toSorted((a, b) => b.createdAt - a.createdAt),
      question,
    );
  }

  async addMessages(id: string, messages: readonly Message[], tokens: { in: number; out: number }): Promise<void> {
    const talk = this.talks.get(id);
    if (talk === undefined) throw new Error(`no conversation ${id}`);
    this.said.push(...messages);
    const updatedAt = messages.at(-1)?.createdAt ?? talk.updatedAt;
    this.talks.set(id, { ...talk, updatedAt, tokensIn: talk.tokensIn + tokens.in, tokensOut: talk.tokensOut + tokens.out });
  }

  async messages(id: string, question: MessageQuestion): Promise<Paged<Message>> {
    const said = this.said.filter(({ conversation }) => conversation === id);
    const { rows, total } = page(question.latestFirst === true ? said.toReversed() : said, question);
    let left = question.bytes ?? Infinity;
    return { rows: rows.filter(({ content }, at) => (left -= content.length) >= 0 || at === 0), total };
  }

  async openings(ids: readonly string[], bytes: number): Promise<Message[]> {
    const first = ids.flatMap((id) => this.said.find(({ conversation }) => conversation === id) ?? []);
    return first.filter(({ content }) => content.length <= bytes);
  }

  async deleteConversation(id: string, { hard, at }: { hard: boolean; at: number }): Promise<void> {
    const talk = this.talks.get(id);
    if (hard) {
      this.talks.delete(id);
      this.said.splice(0, this.said.length, ...this.said.filter(({ conversation }) => conversation !== id));
    } else if (talk !== undefined) this.talks.set(id, { ...talk, deletedAt: at });
  }

  async compact(): Promise<void> {}
  async close(): Promise<void> {}
}
