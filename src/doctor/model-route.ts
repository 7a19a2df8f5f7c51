// Which connection of a repository would serve a model, as far as status tells what the operator has decided. Pure.
import type { AILLMConfig, Repository } from '../api/resources.ts';
import { resolveModels, type OfferedModels } from '../snapshot/model-table.ts';

export type ModelRoute =
  | {
      state: 'served';
      llm: AILLMConfig;
      /** Name that the provider knows it by. */ upstream: string;
      /** Any name goes there: the provider lists none. */ isOpen: boolean;
    }
  | { state: 'missing' }
  /** `unserved`: names of connections that are out of use, and may have it. */
  | { state: 'notReady'; unserved: string[] }
  /** Status lists 200 models of a connection, and it has more. */
  | { state: 'uncertain' };

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

/** `llms` by name: the attached ones that exist. */
export function routeModel(model: string, repository: Repository, llms: ReadonlyMap<string, AILLMConfig>): ModelRoute {
  const attached = repository.spec.llms.map(({ name, models }) => ({ llm: name, ...(models === undefined ? {} : { models }) }));
  const offers = new Map([...llms].filter(([, llm]) => isServed(llm)).map(([name, llm]) => [name, offerOf(llm)]));
  const { models, openLlm } = resolveModels(attached, offers);
  const told = repository.status?.models?.find(({ name }) => name === model)?.llm;
  const name = told !== undefined && offers.has(told) ? told : (models.get(model)?.llm ?? undefined);
  const listing = name === undefined ? undefined : llms.get(name);
  if (listing !== undefined) return { state: 'served', llm: listing, upstream: offerOf(listing)?.get(model) ?? model, isOpen: false };
  const isCut = [...llms].some(([llm, { status }]) => offers.has(llm) && (status?.modelCount ?? 0) > (status?.models?.length ?? 0));
  if (isCut) return { state: 'uncertain' };
  const open = openLlm === undefined ? undefined : llms.get(openLlm);
  if (open !== undefined) return { state: 'served', llm: open, upstream: model, isOpen: true };
  const unserved = attached.map(({ llm }) => llm).filter((llm) => !offers.has(llm));
  return unserved.length > 0 ? { state: 'notReady', unserved } : { state: 'missing' };
}
