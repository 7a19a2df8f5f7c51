// Which connections a repository has, and which repositories a connection: looked up once for all rows of an answer. Pure.
import { keyOf, referredKey, type AILLMConfig, type Repository } from '../../api/resources.ts';

export interface Attachments {
  /** Of its own workspace, in its order; those that do not exist are left out. */
  llmsOf(repository: Repository): readonly AILLMConfig[];
  /** Of its own workspace, of those that were given, in their order. */
  usersOf(config: AILLMConfig): readonly Repository[];
}

const none: readonly Repository[] = [];

/** `repositories`: those that the caller may see. */
export function attachmentsOf(configs: readonly AILLMConfig[], repositories: readonly Repository[]): Attachments {
  const byKey = new Map(configs.map((config) => [keyOf(config.metadata), config]));
  const near = ({ metadata: { namespace }, spec }: Repository): string[] =>
    spec.llms.map((llm) => referredKey(namespace, llm)).flatMap((key) => (key.namespace === namespace ? [keyOf(key)] : []));
  const users = new Map<string, Repository[]>();
  for (const repository of repositories) {
    for (const key of new Set(near(repository))) {
      const known = users.get(key);
      if (known === undefined) users.set(key, [repository]);
      else known.push(repository);
    }
  }
  return {
    llmsOf: (repository) => near(repository).flatMap((key) => byKey.get(key) ?? []),
    usersOf: (config) => users.get(keyOf(config.metadata)) ?? none,
  };
}
