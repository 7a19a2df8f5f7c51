// How much to think, in the one word that this dialect has for it.
import type { ReasoningOptions } from '../../chat/request.ts';
import { leastEffort, type Server } from './servers.ts';

function effortOfBudget(budget: number): string {
  return budget <= 4096 ? 'low' : budget <= 16_384 ? 'medium' : 'high';
}

/** `lost`: what was asked cannot be said to this model. */
export function writeEffort({ effort, budget = -1 }: ReasoningOptions, server: Server): { effort?: string; lost?: true } {
  const isOff = effort === undefined ? budget === 0 : effort === 'none';
  // Models that never think refuse every word about it, and do as they were asked where that is not to.
  if (server.isOpenAi && server.thinks === false) return isOff || (effort === undefined && budget < 0) ? {} : { lost: true };
  if (effort !== undefined) return { effort };
  if (budget < 0) return {};
  if (budget > 0) return { effort: effortOfBudget(budget) };
  // Beyond OpenAI there is no common word for not thinking.
  return server.thinks === true ? { effort: leastEffort(server.model) } : { lost: true };
}
