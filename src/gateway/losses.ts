// Tells a caller what of its request, or of the answer, the other side's dialect could not hold.
import type { Losses } from '../chat/losses.ts';
import { GatewayError } from '../errors.ts';

/** Names come from callers and providers: nothing that could end a header, and not more than proxies take. */
const MAX_NAME_LENGTH = 100;

/** For a strict repository. Throws GatewayError fidelity_lost, naming each. */
export function refuseLosses(losses: Losses | undefined, llm: string): void {
  const names = losses?.names ?? [];
  if (names.length === 0) return;
  throw new GatewayError('fidelity_lost', `The provider behind ${llm} cannot take: ${names.join(', ')}.`, { param: names[0]! });
}

/** A flat list of name, value; empty when nothing was lost. */
export function lossHeaders(losses: Losses | undefined): string[] {
  const names = (losses?.names ?? []).map((name) => name.replace(/[^\x21-\x2b\x2d-\x7e]/g, '?').slice(0, MAX_NAME_LENGTH));
  return names.length === 0 ? [] : ['x-flashback-dropped', names.join(', ')];
}
