// Which repositories use a connection: of its own workspace, and of others that a grant lends it to.
import { keyOf, referredKey, type AILLMConfig, type Repository } from '../../api/resources.ts';
import type { Visible } from '../../ledger/ledger.ts';
import type { Looking } from '../by-id.ts';
import { ApiError, type Access, type Objects } from '../operation.ts';
import { displayNameOf, namespacesOf } from '../wire.ts';

/** Names in a message; more are no help. */
const MOST_NAMES = 5;

const refersTo = ({ metadata: { namespace }, spec }: Repository, config: AILLMConfig): boolean =>
  spec.llms.some((llm) => keyOf(referredKey(namespace, llm)) === keyOf(config.metadata));

/**
 * Repositories that use a connection, those of its own workspace first. One that no grant lets in uses nothing: otherwise whoever names a
 * connection could keep it from being deleted.
 */
function usersOf(config: AILLMConfig, objects: Pick<Objects, 'list' | 'lends'>): Repository[] {
  const isNear = ({ metadata }: Repository): boolean => metadata.namespace === config.metadata.namespace;
  const users = objects.list('Repository').filter((one) => refersTo(one, config) && objects.lends(config.metadata, one.metadata.namespace));
  return [...users.filter(isNear), ...users.filter((one) => !isNear(one))];
}

/** Repositories that somebody may see, by the answer to where they may list them. */
export function repositoriesIn(visible: Visible, objects: Pick<Objects, 'list'>): Repository[] {
  return objects.list('Repository').filter(({ metadata }) => visible === 'all' || visible.includes(metadata.namespace));
}

/** @throws ApiError 403 that names the repositories which the caller may see, and of others only that there are some. */
export async function demandUnused(
  config: AILLMConfig,
  { access, objects }: Looking & { access: Access; objects: Objects },
): Promise<void> {
  const users = usersOf(config, objects);
  if (users.length === 0) return;
  const seen = repositoriesIn(await access.namespaces('list', 'repositories', namespacesOf(users)), objects);
  const visible = new Set(seen.map(({ metadata }) => metadata.uid));
  const nameOf = (one: Repository): string =>
    one.metadata.namespace === config.metadata.namespace ? displayNameOf(one) : `${one.metadata.namespace}/${displayNameOf(one)}`;
  const named = users.filter(({ metadata }) => visible.has(metadata.uid)).map(nameOf);
  if (named.length > 0)
    throw new ApiError(403, `it is in use by the repository ${named.slice(0, MOST_NAMES).join(', ')}; detach it there first`);
  const fix = 'have it detached there, or take it out of the AIReferenceGrant that lends it';
  throw new ApiError(403, `it is in use by a repository that you may not see; ${fix}`);
}
