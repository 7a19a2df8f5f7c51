// Models that bodies name although the address does: Google wants both to agree.
import { RequestError } from '../../chat/dialect.ts';
import { isObject, own } from '../../chat/json.ts';
import type { JsonObject } from './json.ts';

const bare = (name: string): string => name.replace(/^models\//, '');

/** Names of the model that the address has, and what they become. */
export interface ModelNames {
  /** As the caller says it. */
  asked: string;
  /** As the provider does; undefined: bodies must not say it. */
  resource: string | undefined;
}

function renameIn(value: JsonObject, at: string, { asked, resource }: ModelNames): JsonObject {
  const given = own(value, 'model');
  if (given === undefined) return value;
  if (typeof given !== 'string' || bare(given) !== bare(asked)) {
    throw new RequestError(`${at}model`, `${at}model must be the model of the address, models/${bare(asked)}, or be left out.`);
  }
  const { model: _, ...rest } = value;
  return resource === undefined ? rest : { ...value, model: resource };
}

/** The body with every model in it called as the provider does. Throws RequestError where one is not the model of the address. */
export function renameModels(body: JsonObject, names: ModelNames): JsonObject {
  const renamed = renameIn(body, '', names);
  const requests = own(renamed, 'requests');
  const whole = own(renamed, 'generateContentRequest');
  return {
    ...renamed,
    ...(Array.isArray(requests)
      ? { requests: requests.map((request, index) => (isObject(request) ? renameIn(request, `requests[${index}].`, names) : request)) }
      : {}),
    ...(isObject(whole) ? { generateContentRequest: renameIn(whole, 'generateContentRequest.', names) } : {}),
  };
}
