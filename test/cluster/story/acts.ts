// What the steps of the story do again and again: make things over HTTP, wait until they hold, and knock at the gateway.
import OpenAI from 'openai';
import { eventually } from '../stack/stack.ts';
import type { Place } from './book.ts';
import { SECRET, type World } from './world.ts';

export const draftOf = (world: World, name: string, { aiType, workspace }: Pick<Place, 'aiType' | 'workspace'>) => ({
  name,
  aiType,
  endpoint: world.provider.url,
  secret: SECRET,
  workspaceId: workspace,
});

export const repositoryOf = (name: string, { workspace, llm }: Pick<Place, 'workspace' | 'llm'>) => ({
  name,
  storageType: 'OPENAI',
  mode: 'NORMAL',
  workspaceId: workspace,
  repoBuckets: [],
  repoAiLlms: [{ aiLlmId: llm }],
});

/** Makes something; resolves with its id, which answers call `name`. */
export async function make(world: World, who: string, path: string, body: object, name: string): Promise<string> {
  return String((await world.ok(who, 'POST', path, body))[name]);
}

/** Makes a policy and waits until it is in force; resolves with its id. */
export async function makePolicy(world: World, who: string, body: object): Promise<string> {
  const { policy } = await world.ok(who, 'POST', '/policy', { orgId: 'default', ...body });
  const { id } = policy as { id: string };
  await inForce(world, id);
  return id;
}

interface Found {
  metadata: { uid: string; generation: number };
  status?: { conditions?: { type: string; status: string; observedGeneration?: number }[] };
}

/** Resolves when every gateway serves the policy as it is now. */
export function inForce({ stack }: World, uid: string): Promise<true> {
  return eventually('the policy in force', async () => {
    const { items } = JSON.parse(await stack.kubectl(['get', 'aipolicies', '-A', '-o', 'json'])) as { items: Found[] };
    const { metadata, status } = items.find((item) => item.metadata.uid === uid) ?? {};
    const programmed = status?.conditions?.find(({ type }) => type === 'Programmed');
    return (programmed?.status === 'True' && programmed.observedGeneration === metadata?.generation) || undefined;
  });
}

const clientOf = ({ stack }: World, apiKey: string): OpenAI => new OpenAI({ apiKey, baseURL: stack.baseUrl(0), maxRetries: 0 });

/** Resolves when the key opens the gateway; a list of models counts nowhere. */
export function opens(world: World, apiKey: string): Promise<true> {
  return eventually('a key that opens the gateway', async () => {
    const { data } = await clientOf(world, apiKey).models.list();
    return data.some(({ id }) => id === 'small-1') || undefined;
  });
}

/** Resolves when the gateway does not take the key any more. */
export function isRefused(world: World, apiKey: string): Promise<true> {
  return eventually('a key that is refused', async () => {
    const error: unknown = await clientOf(world, apiKey)
      .models.list()
      .catch((failure: unknown) => failure);
    return error instanceof OpenAI.AuthenticationError || undefined;
  });
}
