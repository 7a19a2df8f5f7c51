// Lists of models and single ones: what this key may use, in the form of the surface.
import { GatewayError } from '../errors.ts';
import type { ListedModel, Surface } from '../surfaces/surface.ts';
import type { KeyEntry, Target } from './tables.ts';

function describe(id: string, target: Target): ListedModel {
  const { upstream, upstreamModel } = target;
  return { id, owner: upstream.name, provider: upstream.provider.type, upstreamModel };
}

/** JSON of the model list. */
export function listModels(key: KeyEntry, surface: Surface): string {
  const models = [...key.repository.models]
    .filter(([id]) => key.models === undefined || key.models.has(id))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, target]) => describe(id, target));
  return JSON.stringify(surface.listModels(models));
}

/** JSON of one model. Throws GatewayError model_not_found or provider_not_ready. */
export function showModel(key: KeyEntry, surface: Surface, id: string): string {
  return JSON.stringify(surface.showModel(describe(id, findModel(key, id).target)));
}

/** Where a model is served for this key. `listed`: it is in the repository's table. */
export function findModel(key: KeyEntry, model: string): { target: Target; listed: boolean } {
  const { repository } = key;
  if (key.models === undefined || key.models.has(model)) {
    const target = repository.models.get(model);
    if (target !== undefined) return { target, listed: true };
    if (repository.open !== undefined) return { target: { upstream: repository.open, upstreamModel: model }, listed: false };
  }
  const shown = model.length > 100 ? `${model.slice(0, 100)}…` : model;
  const [unserved] = repository.settings.unservedLlms ?? [];
  if (unserved !== undefined && (key.models === undefined || key.models.has(model))) {
    const name = unserved.slice(unserved.indexOf('/') + 1);
    throw new GatewayError('provider_not_ready', `The model "${shown}" is not offered now; the connection ${name}, which may have it, is out of use. The status of the Repository says why.`);
  }
  throw new GatewayError('model_not_found', `The model "${shown}" does not exist in this repository. GET /v1/models lists those that do.`, { param: 'model' });
}
