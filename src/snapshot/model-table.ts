// Which connection serves which model of a repository. Pure; used for the snapshot and for what status says about it.
import type { SnapshotModel } from './snapshot.ts';

/** Name that applications ask for -> name that the provider knows. Undefined: nobody knows, so it may have any. */
export type OfferedModels = ReadonlyMap<string, string> | undefined;

export interface AttachedLlm {
  /** `namespace/name` of the AILLMConfig. */
  llm: string;
  /** Only these of its models. */
  models?: readonly string[];
  /** Its namespace does not allow the use of it here: it serves nothing, whatever it offers. */
  isRefused?: true;
}

export interface ModelTable {
  models: ReadonlyMap<string, SnapshotModel>;
  /** The first connection that may have any model. */
  openLlm: string | undefined;
}

function offerOf({ llm, models: only }: AttachedLlm, offered: OfferedModels): [name: string, model: SnapshotModel][] {
  const names = only ?? [...(offered?.keys() ?? [])];
  return names.flatMap((name) => {
    const upstream = offered === undefined ? name : offered.get(name);
    return upstream === undefined ? [] : [[name, { llm, upstream }] as [string, SnapshotModel]];
  });
}

/** Whether a connection gives models to the repository that it is attached to. */
export function isUsable({ llm, isRefused }: AttachedLlm, offers: ReadonlyMap<string, OfferedModels>): boolean {
  return isRefused !== true && offers.has(llm);
}

/** The connection that is attached first serves a model that several offer. Connections that `offers` lacks serve nothing. */
export function resolveModels(attached: readonly AttachedLlm[], offers: ReadonlyMap<string, OfferedModels>): ModelTable {
  const served = attached.filter((entry) => isUsable(entry, offers));
  const models = new Map<string, SnapshotModel>();
  for (const entry of served) {
    for (const [name, model] of offerOf(entry, offers.get(entry.llm))) if (!models.has(name)) models.set(name, model);
  }
  const open = served.find(({ llm, models: only }) => only === undefined && offers.get(llm) === undefined);
  return { models, openLlm: open?.llm };
}
