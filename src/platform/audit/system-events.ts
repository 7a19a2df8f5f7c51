// /systemevent: who changed what, from the audit of the ledger, in the words and numbers that clients know.
import { createHash } from 'node:crypto';
import type { AuditEntry, AuditQuestion } from '../../ledger/ledger.ts';
import { OF_QUESTIONS } from '../limits.ts';
import { ApiError, type Operation, type Schema, type Services } from '../operation.ts';
import { othersOrOwn } from '../stats/visible.ts';
import { parseRange } from '../stats/window.ts';
import { SKIP } from '../wire.ts';

/** What clients number contexts by. The last one is ours: they have no name for policies. */
const CONTEXTS = [
  'workspace',
  'bucket',
  'repo',
  'user',
  'org',
  'workspaceuser',
  'apikey',
  'usersettings',
  'orgsettings',
  'flashbacknode',
  'orgkey',
  'aillm',
  'aillmapikey',
  'conversation',
  'policy',
] as const;
type Context = (typeof CONTEXTS)[number];
const CONTEXT_OF = {
  AILLMConfig: 'aillm',
  Repository: 'repo',
  AIPolicy: 'policy',
  Key: 'aillmapikey',
  Conversation: 'conversation',
} as const satisfies Record<AuditEntry['kind'], Context>;
const EVENTS = ['created', 'updated', 'deleted'] as const satisfies readonly AuditEntry['event'][];

/** A verb on repositories that Kubernetes has no other use for: changes of everybody in the namespace. */
export const READ_AUDIT = 'read-audit';
const DAY_MS = 86_400_000;
const PAGE = 500;
/** Entries that are looked through for one object. */
const MAX_LOOKED = 10_000;

interface EventQuery {
  from_timestamp?: string | null;
  to_timestamp?: string | null;
  contextId?: string | null;
  context?: number | null;
  event?: number | null;
  userId?: string | null;
  workspaceId?: string | null;
  showUnread?: boolean | null;
  skip?: number;
  take?: number;
}

const TEXT: Schema = { type: 'string' };
const ID: Schema = { type: ['string', 'null'], maxLength: 256 };
const EVENT: Schema = {
  type: 'object',
  required: [
    'id',
    'timestamp',
    'contextId',
    'context',
    'event',
    'orgId',
    'userId',
    'userName',
    'userEmail',
    'workspaceId',
    'jsonData',
    'showUnread',
  ],
  properties: {
    id: { type: 'integer' },
    timestamp: { type: 'string', format: 'date-time' },
    contextId: TEXT,
    context: TEXT,
    event: TEXT,
    orgId: TEXT,
    userId: TEXT,
    userName: TEXT,
    userEmail: TEXT,
    workspaceId: { type: ['string', 'null'] },
    jsonData: { type: ['string', 'null'] },
    showUnread: { type: 'boolean' },
  },
};

/** Clients number events, the ledger names them: the first 48 bits of a hash, which a double holds exactly. */
export function numberOf(id: string): number {
  return createHash('sha256').update(id).digest().readUIntBE(0, 6);
}

function eventDto(entry: AuditEntry, organization: (namespace: string) => string): object {
  const { id, at, actor, event, kind, uid, workspace, name } = entry;
  return {
    id: numberOf(id),
    timestamp: new Date(at).toISOString(),
    contextId: uid,
    context: CONTEXT_OF[kind],
    event,
    orgId: organization(workspace),
    userId: actor,
    userName: actor,
    userEmail: actor.includes('@') ? actor : '',
    workspaceId: workspace === '' ? null : workspace,
    jsonData: JSON.stringify({ name }),
    // Nobody keeps who has read what.
    showUnread: true,
  };
}

function kindOf(context: number): AuditEntry['kind'] | undefined {
  return (Object.keys(CONTEXT_OF) as AuditEntry['kind'][]).find((kind) => CONTEXT_OF[kind] === CONTEXTS[context]);
}

/** All entries of one object. @throws ApiError 400 where there is too much to look through. */
async function ofObject(uid: string, question: AuditQuestion, { ledger }: Pick<Services, 'ledger'>): Promise<AuditEntry[]> {
  const found: AuditEntry[] = [];
  for (let skip = 0; ; skip += PAGE) {
    const { rows, total } = await ledger.audited({ ...question, skip, take: PAGE });
    if (total > MAX_LOOKED)
      throw new ApiError(400, `there are ${total} changes to look through for contextId; name a context, or bring from_timestamp closer`);
    found.push(...rows.filter((entry) => entry.uid === uid));
    if (rows.length === 0 || skip + PAGE >= total) return found;
  }
}

export const listSystemEvents: Operation<Services, never, never, EventQuery> = {
  id: 'listSystemEvents',
  method: 'post',
  path: '/systemevent',
  tag: 'Audit',
  summary: 'Who changed what, the latest first; of the last 24 hours unless it says otherwise.',
  rights: `list on repositories for one's own changes; ${READ_AUDIT} on repositories for those of everybody`,
  limits: OF_QUESTIONS,
  body: {
    type: 'object',
    properties: {
      from_timestamp: { ...ID, description: 'Not before, in ISO 8601.' },
      to_timestamp: { ...ID, description: 'Before, in ISO 8601; a date without a time is that whole day.' },
      contextId: { ...ID, description: 'Id of the object that was changed.' },
      context: {
        type: ['integer', 'null'],
        minimum: 0,
        maximum: CONTEXTS.length - 1,
        description: CONTEXTS.map((name, index) => `${index}: ${name}`).join(', '),
      },
      event: { type: ['integer', 'null'], enum: [0, 1, 2, null], description: '0: created, 1: updated, 2: deleted.' },
      userId: { ...ID, description: 'Who did it.' },
      workspaceId: { ...ID, description: 'Where: name or UID of the workspace.' },
      showUnread: { type: ['boolean', 'null'], description: 'Changes nothing: nobody keeps who has read what.' },
      skip: { ...SKIP, description: 'Rows to leave out; 0 when absent.' },
      take: { type: 'integer', minimum: 1, maximum: 100, description: 'Rows at most; 20 when absent.' },
    },
  },
  answer: {
    type: 'object',
    required: ['events', 'total', 'skip', 'take'],
    properties: {
      events: { type: 'array', items: EVENT },
      total: { type: 'integer' },
      skip: { type: 'integer' },
      take: { type: 'integer' },
    },
  },
  errors: { 400: 'the body is not valid' },
  async handle({ body, caller, access }, services) {
    const { objects, clock, ledger } = services;
    const { skip = 0, take = 20 } = body;
    const range = parseRange(
      { from: 'from_timestamp', to: 'to_timestamp' },
      body.from_timestamp ?? undefined,
      body.to_timestamp ?? undefined,
    );
    const scope = await othersOrOwn(READ_AUDIT, body.workspaceId ?? undefined, { access, caller, objects });
    const kind = typeof body.context === 'number' ? kindOf(body.context) : undefined;
    if (scope === undefined || (typeof body.context === 'number' && kind === undefined)) return { events: [], total: 0, skip, take };
    const event = typeof body.event === 'number' ? EVENTS[body.event] : undefined;
    const from = range.from ?? (range.to ?? clock.now()) - DAY_MS;
    const question: AuditQuestion = {
      ...scope,
      ...range,
      from,
      ...(typeof body.userId === 'string' ? { actor: body.userId } : {}),
      ...(kind === undefined ? {} : { kind }),
      ...(event === undefined ? {} : { event }),
      skip,
      take,
    };
    const toDto = (entry: AuditEntry): object => eventDto(entry, (namespace) => objects.organization(namespace));
    if (typeof body.contextId === 'string') {
      const found = await ofObject(body.contextId, question, services);
      return { events: found.slice(skip, skip + take).map(toDto), total: found.length, skip, take };
    }
    const { rows, total } = await ledger.audited(question);
    return { events: rows.map(toDto), total, skip, take };
  },
};
