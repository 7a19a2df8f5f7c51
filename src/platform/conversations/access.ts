// Whose conversations a caller may see: their own where they may use the workspace, others' with a right that is for this alone.
import type { Conversation } from '../../ledger/ledger.ts';
import type { Repository } from '../../api/resources.ts';
import { demandObject, type Looking } from '../by-id.ts';
import { ApiError, type Access, type Caller } from '../operation.ts';
import type { Sealer } from './sealer.ts';
import type { ConversationServices } from './services.ts';

/** Verbs on repositories that Kubernetes has no other use for, so that nobody has them by chance; `*` has them. */
export const PROMPT = 'prompt';
export const READ_OTHERS = 'read-conversations';
const REPOSITORIES = 'repositories';

/** What is said costs whoever owns the repository, so to see it is not enough. @throws ApiError 404, 403 as demandObject. */
export function demandPromptable(id: string, looking: Looking): Promise<Repository> {
  return demandObject('Repository', id, { verb: PROMPT }, looking);
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
