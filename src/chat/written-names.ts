// What the caller called it: dialects have two names for some fields, and losses are told by the one that was written.
import { own, type Json } from './json.ts';

/** Name of a field -> others for the same. */
export type OtherNames = Readonly<Record<string, readonly string[]>>;

const isWritten = (body: Json, name: string): boolean => (own(body, name) ?? null) !== null;

/** The name, or another that the body has in its place. */
export function writtenName(name: string, body: Json, others: OtherNames): string {
  if (!Object.hasOwn(others, name) || isWritten(body, name)) return name;
  return others[name]!.find((other) => isWritten(body, other)) ?? name;
}
