// Where a call goes: to the connection that serves the model which it names, or to the only one that could serve it.
import { GatewayError } from '../errors.ts';
import { OPENAI_TYPES } from '../providers/openai/paths.ts';
import type { CallRoute } from '../surfaces/routes.ts';
import { findModel } from './models-route.ts';
import type { KeyEntry, Target, Upstream } from './tables.ts';

export interface Destination {
  /** Name that the application asked for. */
  model: string;
  target: Target;
  /** It is in the repository's table. */
  listed: boolean;
}

/** How metrics and logs call the model that a provider chooses itself. */
const PROVIDERS_CHOICE = 'default';

/** A model in a path, still percent-encoded. Throws GatewayError model_not_found. */
export function decodeModel(model: string): string {
  try {
    return decodeURIComponent(model);
  } catch {
    throw new GatewayError('model_not_found', 'The model name in the path is not valid percent-encoding.', { param: 'model' });
  }
}

function modelMissing(message: string): GatewayError {
  return new GatewayError('model_missing', message, { param: 'model' });
}

/** Throws GatewayError where it is not clear to which provider the choice of a model should be left. */
function onlyConnection({ repository, models }: KeyEntry, { label }: CallRoute): Destination {
  // What the provider chooses may be none of them.
  if (models !== undefined) throw modelMissing('This API key is for certain models only, so the body must name a "model".');
  const { name } = repository.settings;
  const all = new Set<Upstream>([...repository.models.values()].map(({ upstream }) => upstream));
  if (repository.open !== undefined) all.add(repository.open);
  const [first, ...others] = [...all].filter(({ provider }) => OPENAI_TYPES.has(provider.type));
  if (first === undefined) {
    throw new GatewayError('operation_not_supported', `No connection of the repository ${name} has ${label}.`, { param: 'model' });
  }
  if (others.length > 0) {
    throw modelMissing(`The repository ${name} has more than one connection that may have ${label}, so the body must name a "model".`);
  }
  return { model: PROVIDERS_CHOICE, target: { upstream: first, upstreamModel: PROVIDERS_CHOICE }, listed: true };
}

/** Throws GatewayError model_missing, model_not_found, provider_not_ready or operation_not_supported. */
export function destinationOf(key: KeyEntry, route: CallRoute, body: Readonly<Record<string, unknown>>): Destination {
  const model = route.model === undefined ? body['model'] : decodeModel(route.model);
  if (typeof model === 'string' && model !== '') return { model, ...findModel(key, model) };
  if (route.modelOptional === true && (model === undefined || model === null)) return onlyConnection(key, route);
  throw modelMissing('The body must name a "model" as a string.');
}
