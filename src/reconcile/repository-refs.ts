// The connections of a repository: which it may use, which there are, and what status says about the rest. Pure.
import type { ConditionDraft } from '../api/conditions.ts';
import { keyOf, nameSeenFrom, referredKey, type Repository } from '../api/resources.ts';
import type { AttachedLlm, ModelTable, OfferedModels } from '../snapshot/model-table.ts';
import { listNames } from './evaluation.ts';
import { describeRefusal, type Permits } from './grants.ts';

/** Nothing is wrong with a repository that gets its connections later. */
export const NO_LLMS = 'no AILLMConfig is attached, so there is no model';

/** In the order of spec.llms. */
export function attachedLlms({ metadata: { namespace }, spec }: Repository, permits: Permits): AttachedLlm[] {
  return spec.llms.map(({ models, ...reference }) => {
    const key = referredKey(namespace, reference);
    const isPermitted = permits({ kind: 'Repository', namespace }, key);
    return { llm: keyOf(key), ...(models === undefined ? {} : { models }), ...(isPermitted ? {} : { isRefused: true }) };
  });
}

interface Known {
  attached: readonly AttachedLlm[];
  table: ModelTable;
  offers: ReadonlyMap<string, OfferedModels>;
  /** Whether there is an AILLMConfig of this `namespace/name`. Asked only about those that may be used. */
  exists(llm: string): boolean;
}

export function resolvedRefs({ metadata: { namespace }, spec }: Repository, { attached, table, offers, exists }: Known): ConditionDraft {
  const type = 'ResolvedRefs';
  const entries = spec.llms.map((entry, index) => {
    const key = referredKey(namespace, entry);
    const isRefused = attached[index]?.isRefused === true;
    return { key: keyOf(key), isOwn: key.namespace === namespace, name: nameSeenFrom(namespace, key), entry, isRefused };
  });
  const refused = entries.filter(({ isRefused }) => isRefused).map(({ key }) => key);
  const permitted = entries.filter(({ isRefused }) => !isRefused);
  const absent = permitted.filter(({ key }) => !exists(key));
  const absentHere = absent.filter(({ isOwn }) => isOwn).map(({ name }) => name);
  const absentThere = absent.filter(({ isOwn }) => !isOwn).map(({ name }) => name);
  const unready = permitted.filter(({ key }) => exists(key) && !offers.has(key)).map(({ name }) => name);
  const served = permitted.filter(({ key }) => offers.has(key));
  const unoffered = [...new Set(served.flatMap(({ entry: { models = [] } }) => models.filter((model) => !table.models.has(model))))];
  const parts = [
    refused.length === 0 ? [] : [describeRefusal({ kind: 'Repository', namespace }, refused).message],
    absentHere.length === 0 ? [] : [`no AILLMConfig in namespace ${namespace} is called ${listNames(absentHere)}`],
    absentThere.length === 0 ? [] : [`there is no AILLMConfig ${listNames(absentThere)}`],
    unready.length === 0 ? [] : [`not ready: AILLMConfig ${listNames(unready)}`],
    unoffered.length === 0 ? [] : [`no attached AILLMConfig offers the model ${listNames(unoffered)}`],
  ].flat();
  const message = parts.join('; ');
  if (refused.length > 0) return { type, status: 'False', reason: 'RefNotPermitted', message };
  if (absent.length > 0) return { type, status: 'False', reason: 'LLMNotFound', message };
  if (unready.length > 0) return { type, status: 'False', reason: 'LLMNotReady', message };
  const fine = entries.length === 0 ? NO_LLMS : 'every attached AILLMConfig is in use';
  return { type, status: 'True', reason: 'Succeeded', message: message === '' ? fine : message };
}
