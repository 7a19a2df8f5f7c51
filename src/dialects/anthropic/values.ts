// Looks into JSON of unknown shape without trusting it: own properties only, undefined for what is not of the kind that is asked for.
import { isObject, own, type Json } from '../../chat/json.ts';

export function stringAt(object: Json, name: string): string | undefined {
  const value = own(object, name);
  return typeof value === 'string' ? value : undefined;
}

export function numberAt(object: Json, name: string): number | undefined {
  const value = own(object, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function objectAt(object: Json, name: string): Json | undefined {
  const value = own(object, name);
  return isObject(value) ? value : undefined;
}

export function listAt(object: Json, name: string): readonly unknown[] {
  const value = own(object, name);
  return Array.isArray(value) ? value : [];
}

/** undefined for what is no JSON. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
