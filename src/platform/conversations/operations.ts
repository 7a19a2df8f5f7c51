// The routes under /conversation: begin, list, read and delete; prompt.ts has the talk itself.
import { randomUUID } from 'node:crypto';
import type { Conversation, ConversationQuestion } from '../../ledger/ledger.ts';
import { audit } from '../changes.ts';
import { ApiError, type Operation, type Schema } from '../operation.ts';
import { othersOrOwn } from '../stats/visible.ts';
import { parseRange } from '../stats/window.ts';
import { done, SKIP } from '../wire.ts';
import { demandConversation, demandPromptable, demandSealer, PROMPT, READ_OTHERS } from './access.ts';
import { CONVERSATION, conversationDto, MESSAGE, messageDto, openText, titleOf } from './dto.ts';
import { sendPrompt } from './prompt.ts';
import type { Sealer } from './sealer.ts';
import type { ConversationServices } from './services.ts';

const text = (description: string): Schema => ({ type: 'string', maxLength: 256, description });
const PAGE = {
  skip: { ...SKIP, default: 0 },
  take: { type: 'integer', minimum: 1, maximum: 100, default: 50, description: 'Rows at most.' },
} as const satisfies Record<string, Schema>;
/** Bytes of what is said that a page shows, sealed. */
const PAGE_BYTES = 4 * 1024 * 1024;
/** Of a first message that a title is made from, sealed. */
const TITLE_BYTES = 64 * 1024;
const NO_KEY = 'there is no key to seal conversations with';

const createConversation: Operation<ConversationServices, never, never, { repoId: string }> = {
  id: 'createConversation',
  method: 'post',
  path: '/conversation',
  tag: 'Conversations',
  summary: 'Begins a conversation with the models of a repository.',
  rights: `${PROMPT} on the repository`,
  body: { type: 'object', required: ['repoId'], properties: { repoId: { type: 'string', minLength: 1, maxLength: 256 } } },
  limits: { rate: { burst: 100, perMinute: 300 } },
  answer: done({ conversationId: { type: 'string' } }, ['conversationId']),
  errors: { 400: 'the body is not valid', 403: 'no right to prompt the repository', 404: 'no repository has this id, or none that the caller may see', 503: NO_KEY },
  async handle({ body, caller, access }, services) {
    demandSealer(services);
    const { ledger, objects, clock } = services;
    const { metadata } = await demandPromptable(body.repoId, { access, objects });
    const now = clock.now();
    const id = randomUUID();
    const { namespace: workspace, uid: repository } = metadata;
    await ledger.createConversation({
      id,
      workspace,
      repository,
      createdBy: caller.name,
      createdAt: now,
      updatedAt: now,
      tokensIn: 0,
      tokensOut: 0,
    });
    await audit(services, caller, { event: 'created', kind: 'Conversation', uid: id, workspace, name: id });
    return { success: true, conversationId: id };
  },
};

interface ListQuery {
  skip: number;
  take: number;
  from?: string;
  to?: string;
  userId?: string;
  workspaceId?: string;
  repoId?: string;
  showDeleted: boolean;
}

/** By id; without those in which nothing was said yet, or too much at first to be opened for a line of it. */
async function titlesOf(
  conversations: readonly Conversation[],
  sealer: Sealer | undefined,
  { ledger }: ConversationServices,
): Promise<ReadonlyMap<string, string>> {
  if (sealer === undefined || conversations.length === 0) return new Map();
  const first = await ledger.openings(conversations.map(({ id }) => id), TITLE_BYTES);
  return new Map(first.map((message) => [message.conversation, titleOf(openText(message, sealer))]));
}

const listConversations: Operation<ConversationServices, never, ListQuery> = {
  id: 'listConversations',
  method: 'get',
  path: '/conversation',
  tag: 'Conversations',
  summary: 'Conversations, the newest first: all that the caller may read, and their own.',
  rights: `list on repositories for one's own; ${READ_OTHERS} on repositories for those of others`,
  query: {
    ...PAGE,
    from: text('Begun not before, in ISO 8601.'),
    to: text('Begun before, in ISO 8601; a date without a time is that whole day.'),
    userId: text('Begun by this user.'),
    workspaceId: text('Of this workspace: its name or UID.'),
    repoId: text('With this repository.'),
    showDeleted: { type: 'boolean', default: false, description: 'Also those that are deleted and still kept.' },
  },
  answer: done({ conversations: { type: 'array', items: CONVERSATION }, total: { type: 'integer' } }, ['conversations', 'total']),
  errors: { 400: 'a parameter is not valid' },
  async handle({ query, caller, access }, services) {
    const { ledger, objects } = services;
    const range = parseRange({ from: 'from', to: 'to' }, query.from, query.to);
    const scope = await othersOrOwn(READ_OTHERS, query.workspaceId, { access, caller, objects });
    if (scope === undefined) return { success: true, conversations: [], total: 0 };
    const { repoId, userId, skip, take, showDeleted } = query;
    const question: ConversationQuestion = {
      ...scope,
      ...range,
      ...(userId === undefined ? {} : { createdBy: userId }),
      ...(repoId === undefined ? {} : { repository: repoId }),
      showDeleted,
      skip,
      take,
    };
    const { rows, total } = await ledger.conversations(question);
    const { sealer } = services.conversations;
    const titles = await titlesOf(rows, sealer, services);
    const conversations = rows.map((row) => conversationDto(row, objects, titles.get(row.id)));
    return { success: true, conversations, total };
  },
};

const listMessages: Operation<ConversationServices, { conversationId: string }, { skip: number; take: number }> = {
  id: 'listMessages',
  method: 'get',
  path: '/conversation/{conversationId}/messages',
  tag: 'Conversations',
  summary: 'What was said, the oldest first. A page of 4 MiB ends early: while skip and its messages are fewer than total, there are more.',
  rights: `list on repositories for one's own; ${READ_OTHERS} on repositories for those of others`,
  // Clients that leave take out want all of it.
  query: { ...PAGE, take: { ...PAGE.take, maximum: 1000, default: 1000 } },
  answer: done({ messages: { type: 'array', items: MESSAGE }, total: { type: 'integer' }, title: { type: 'string' } }, [
    'messages',
    'total',
  ]),
  errors: { 400: 'a parameter is not valid', 404: 'no conversation has this id', 503: NO_KEY },
  async handle({ params, query, caller, access }, services) {
    const sealer = demandSealer(services);
    const conversation = await demandConversation(params.conversationId, { caller, access }, services);
    const { rows, total } = await services.ledger.messages(conversation.id, { ...query, bytes: PAGE_BYTES });
    const title = (await titlesOf([conversation], sealer, services)).get(conversation.id);
    const messages = rows.map((message) => messageDto(message, sealer));
    return { success: true, messages, total, ...(title === undefined ? {} : { title }) };
  },
};

const deleteConversation: Operation<ConversationServices, { conversationId: string }, { hardDelete: boolean }> = {
  id: 'deleteConversation',
  method: 'delete',
  path: '/conversation/{conversationId}',
  tag: 'Conversations',
  summary: 'Hides a conversation from lists, or removes it with all that was said.',
  rights: `list on repositories for one's own; ${READ_OTHERS} and delete on repositories for those of others`,
  query: { hardDelete: { type: 'boolean', default: false, description: 'Remove it for good.' } },
  answer: done(),
  errors: { 403: 'it is of somebody else', 404: 'no conversation has this id, or it is deleted already' },
  async handle({ params, query, caller, access }, services) {
    const { ledger, clock } = services;
    const { id, workspace, deletedAt, createdBy } = await demandConversation(params.conversationId, { caller, access }, services);
    if (createdBy !== caller.name) await access.demand('delete', { resource: 'repositories', namespace: workspace });
    if (deletedAt !== undefined && !query.hardDelete)
      throw new ApiError(404, 'the conversation is deleted already; hardDelete=true removes it for good');
    await ledger.deleteConversation(id, { hard: query.hardDelete, at: clock.now() });
    await audit(services, caller, { event: 'deleted', kind: 'Conversation', uid: id, workspace, name: id });
    return { success: true, message: query.hardDelete ? 'the conversation is removed' : 'the conversation is hidden' };
  },
};

export const CONVERSATION_OPERATIONS: readonly Operation<ConversationServices>[] = [
  createConversation,
  listConversations,
  sendPrompt,
  listMessages,
  deleteConversation,
];
