// Keys that are delivered and open nothing, because their repository does not offer the surface that they are for. Pure.
import type { Repository } from '../api/resources.ts';
import { listNames } from './evaluation.ts';
import { typeOf } from './keys.ts';

/** For a person, a sentence for each type of such keys: which they are, and what to do about it. */
export function describeClosedKeys({ apiKeys = [], surfaces = ['OpenAI'] }: Pick<Repository['spec'], 'apiKeys' | 'surfaces'>): string[] {
  const closed = apiKeys.filter((entry) => !surfaces.includes(typeOf(entry)));
  return [...Map.groupBy(closed, typeOf)].map(([type, entries]) => {
    const names = listNames(entries.map(({ name }) => name));
    const remedy = `add ${type} there, or change their type`;
    return `spec.surfaces has no ${type}, so these spec.apiKeys of that type open nothing: ${names}; ${remedy}`;
  });
}
