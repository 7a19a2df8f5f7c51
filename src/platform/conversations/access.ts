// Whose conversations a caller may see: their own where they may use the workspace, others' with a right that is for this alone.
import type { Conversation } from '../../ledger/ledger.ts';
import { ApiError, type Access, type Caller, type Objects } from '../operation.ts';
import type { Sealer } from './sealer.ts';
import type { ConversationServices } from './services.ts';

/** A verb on repositories that Kubernetes has no other use for, so that nobody has it by chance; `*` has it. */
export const READ_OTHERS = 'read-conversations';
const REPOSITORIES = 'repositories';

/** Who may see the repository may talk to it. @throws ApiError 404, 403. */
export async function demandRepository(id: string, access: Access, objects: Objects, unknown: 400 | 404 = 404) {
  const repository = objects.byUid('Repository', id);
  if (repository === undefined) throw new ApiError(unknown, `repoId: there is no repository with the id ${id}`);
  const { namespace, name } = repository.metadata;
  await access.demand('get', { resource: REPOSITORIES, namespace, name });
  return repository;
}

export function readsOthers(access: Access, namespace: string): Promise<boolean> {
  return access.may(READ_OTHERS, { resource: REPOSITORIES, namespace });
}

/**
 * A conversation that the caller may see. One of somebody else is told of no more than one that is not there.
 * @throws ApiError 404.
 */
export async function demandConversation(
  id: string,
  { caller, access }: { caller: Caller; access: Access },
  { ledger }: Pick<ConversationServices, 'ledger'>,
): Promise<Conversation> {
  const conversation = await ledger.conversation(id);
  if (conversation !== undefined) {
    const { workspace, createdBy } = conversation;
    const mayUse = await access.may('list', { resource: REPOSITORIES, namespace: workspace });
    if (mayUse && (createdBy === caller.name || (await readsOthers(access, workspace)))) return conversation;
  }
  throw new ApiError(404, `there is no conversation with the id ${id.slice(0, 64)}`);
}

/** @throws ApiError 503 with the fix. */
export function demandSealer({ conversations: { sealer } }: Pick<ConversationServices, 'conversations'>): Sealer {
  if (sealer === undefined) {
    throw new ApiError(
      503,
      'conversations are off, since there is no key to seal them with; set --conversation-keys, platformApi.conversations.keySecret of the chart',
    );
  }
  return sealer;
}
