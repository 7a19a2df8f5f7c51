// Which connection of a repository would serve a model, as far as status tells what the operator has decided. Pure.
import { isOwnReference, nameSeenFrom, referredKey, type AILLMConfig, type Repository } from '../api/resources.ts';
import { resolveModels, type OfferedModels } from '../snapshot/model-table.ts';

export type ModelRoute =
  | {
      state: 'served';
      llm: AILLMConfig;
      /** Name that the provider knows it by. */ upstream: string;
      /** Any name goes there: the provider lists none. */ isOpen: boolean;
    }
  /** By a connection of another namespace, of which only its name (`namespace/name`) is anybody's business here. */
  | { state: 'lent'; llm: string }
  | { state: 'missing' }
  /** `unserved`: names of connections that are out of use, and may have it. */
  | { state: 'notReady'; unserved: string[] }
  | { state: 'uncertain'; why: string };

const CUT = 'status lists only 200 models of a connection, and it has more';

export function readinessOf(object: { status?: { conditions?: { type: string; status: string; reason: string; message: string }[] } }) {
  return object.status?.conditions?.find(({ type }) => type === 'Ready');
}

/** Whether gateways have the connection: models in status are those that they were given. */
function isServed(llm: AILLMConfig): boolean {
  return (llm.status?.modelCount ?? 0) > 0 || readinessOf(llm)?.status === 'True';
}

function offerOf({ spec, status }: AILLMConfig): OfferedModels {
  if (spec.models !== undefined) return new Map(spec.models.map(({ name, upstreamName }) => [name, upstreamName ?? name]));
  const models = status?.models ?? [];
  return models.length === 0 ? undefined : new Map(models.map((name) => [name, name]));
}

/** What status says of connections that other namespaces lend: nobody here may look at those, and grants are for the operator to know. */
function routeLent(model: string, { metadata: { namespace }, spec, status }: Repository): ModelRoute | undefined {
  const lent = spec.llms.filter((llm) => !isOwnReference(namespace, llm)).map((llm) => nameSeenFrom(namespace, referredKey(namespace, llm)));
  if (lent.length === 0) return undefined;
  const { models = [], modelCount = 0, conditions = [] } = status ?? {};
  const told = models.find(({ name, llm }) => name === model && lent.includes(llm));
  if (told !== undefined) return { state: 'lent', llm: told.llm };
  if (modelCount > models.length) return { state: 'uncertain', why: CUT };
  const silent = lent.filter((name) => !models.some(({ llm }) => llm === name));
  if (silent.length === 0) return undefined;
  // Either it lists no models, and may have any, or it is not in use.
  const isInUse = conditions.some(({ type, status: value }) => type === 'ResolvedRefs' && value === 'True');
  if (!isInUse) return { state: 'notReady', unserved: silent };
  return { state: 'uncertain', why: `the connection ${silent[0]} of another namespace lists no models, and may have it` };
}

/** `llms` by name: the attached ones of the same namespace that exist. */
export function routeModel(model: string, repository: Repository, llms: ReadonlyMap<string, AILLMConfig>): ModelRoute {
  const { namespace } = repository.metadata;
  const own = repository.spec.llms.filter((llm) => isOwnReference(namespace, llm));
  const lent = routeLent(model, repository);
  if (lent?.state === 'lent') return lent;
  const attached = own.map(({ name, models }) => ({ llm: name, ...(models === undefined ? {} : { models }) }));
  const offers = new Map([...llms].filter(([, llm]) => isServed(llm)).map(([name, llm]) => [name, offerOf(llm)]));
  const { models, openLlm } = resolveModels(attached, offers);
  const told = repository.status?.models?.find(({ name }) => name === model)?.llm;
  const name = told !== undefined && offers.has(told) ? told : (models.get(model)?.llm ?? undefined);
  const listing = name === undefined ? undefined : llms.get(name);
  if (listing !== undefined) return { state: 'served', llm: listing, upstream: offerOf(listing)?.get(model) ?? model, isOpen: false };
  const isCut = [...llms].some(([llm, { status }]) => offers.has(llm) && (status?.modelCount ?? 0) > (status?.models?.length ?? 0));
  if (isCut) return { state: 'uncertain', why: CUT };
  const open = openLlm === undefined ? undefined : llms.get(openLlm);
  if (open !== undefined) return { state: 'served', llm: open, upstream: model, isOpen: true };
  const unserved = attached.map(({ llm }) => llm).filter((llm) => !offers.has(llm));
  if (lent?.state === 'uncertain') return lent;
  const all = [...unserved, ...(lent?.state === 'notReady' ? lent.unserved : [])];
  return all.length > 0 ? { state: 'notReady', unserved: all } : { state: 'missing' };
}
