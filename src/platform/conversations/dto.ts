// Conversations and messages as clients of the Platform API see them. Pure, but for the opening of what is sealed.
import type { Conversation, Message } from '../../ledger/ledger.ts';
import type { Objects, Schema } from '../operation.ts';
import { personOf } from '../policies/dto.ts';
import { displayNameOf } from '../wire.ts';
import { SealError, type Sealer } from './sealer.ts';

const TEXT: Schema = { type: 'string' };
const TIME: Schema = { type: 'string', format: 'date-time' };
const DIGITS: Schema = { type: 'string', pattern: '^[0-9]+$' };

export const CONVERSATION: Schema = {
  type: 'object',
  required: [
    'id',
    'orgId',
    'createdBy',
    'createdAt',
    'lastUpdatedAt',
    'workspaceId',
    'repoId',
    'tokensIn',
    'tokensOut',
    'deletedAt',
    'creator',
  ],
  properties: {
    id: TEXT,
    orgId: TEXT,
    createdBy: TEXT,
    createdAt: TIME,
    lastUpdatedAt: TIME,
    workspaceId: TEXT,
    repoId: TEXT,
    tokensIn: DIGITS,
    tokensOut: DIGITS,
    deletedAt: { type: ['string', 'null'], format: 'date-time' },
    repo: { type: 'object', required: ['id', 'name'], properties: { id: TEXT, name: TEXT } },
    creator: {
      type: 'object',
      required: ['id', 'name', 'lastName', 'email'],
      properties: { id: TEXT, name: TEXT, lastName: TEXT, email: TEXT },
    },
    title: TEXT,
  },
};

export const MESSAGE: Schema = {
  type: 'object',
  required: ['id', 'conversationId', 'role', 'content', 'createdAt'],
  properties: { id: TEXT, conversationId: TEXT, role: TEXT, content: TEXT, tokenCount: { type: 'integer' }, model: TEXT, createdAt: TIME },
};

const iso = (at: number): string => new Date(at).toISOString();

export function conversationDto(conversation: Conversation, objects: Objects, title: string | undefined): object {
  const { id, workspace, repository, createdBy, createdAt, updatedAt, deletedAt, tokensIn, tokensOut } = conversation;
  const repo = objects.byUid('Repository', repository);
  return {
    id,
    orgId: objects.organization(workspace),
    createdBy,
    createdAt: iso(createdAt),
    lastUpdatedAt: iso(updatedAt),
    workspaceId: workspace,
    repoId: repository,
    tokensIn: String(tokensIn),
    tokensOut: String(tokensOut),
    deletedAt: deletedAt === undefined ? null : iso(deletedAt),
    ...(repo === undefined ? {} : { repo: { id: repository, name: displayNameOf(repo) } }),
    creator: personOf(createdBy),
    ...(title === undefined ? {} : { title }),
  };
}

/** What a message is sealed for: it opens nowhere else. */
export function contextOf({ id, conversation }: Pick<Message, 'id' | 'conversation'>): string {
  return `message ${conversation} ${id}`;
}

export const UNREADABLE = '[sealed with a key that is not configured any more]';

/** A text whose key is gone is not an error of whoever reads the others. */
export function openText(message: Message, sealer: Sealer): string {
  try {
    return sealer.open(message.content, contextOf(message));
  } catch (error) {
    if (error instanceof SealError) return UNREADABLE;
    throw error;
  }
}

export function messageDto(message: Message, sealer: Sealer): object {
  const { id, conversation, role, model, tokens, createdAt } = message;
  return {
    id,
    conversationId: conversation,
    role,
    content: openText(message, sealer),
    ...(tokens === undefined ? {} : { tokenCount: tokens }),
    ...(model === undefined ? {} : { model }),
    createdAt: iso(createdAt),
  };
}

const TITLE_LENGTH = 60;

/** The first words of the first message. */
export function titleOf(text: string): string {
  const line = text.trim().replaceAll(/\s+/g, ' ');
  return line.length <= TITLE_LENGTH ? line : `${line.slice(0, TITLE_LENGTH - 1).trimEnd()}…`;
}
