// How much to think, in the one word that this dialect has for it.
import type { ReasoningOptions } from '../../chat/request.ts';
import { isAtOpenAi, isReasoningModel, leastEffort } from './servers.ts';

function effortOfBudget(budget: number): string {
  return budget <= 4096 ? 'low' : budget <= 16_384 ? 'medium' : 'high';
}

/** `lost`: what was asked cannot be said to this model. */
export function writeEffort({ effort, budget = -1 }: ReasoningOptions, model: string): { effort?: string; lost?: true } {
  const isOff = effort === undefined ? budget === 0 : effort === 'none';
  // Models that never think refuse every word about it, and do as they were asked where that is not to.
  if (isAtOpenAi(model) && !isReasoningModel(model)) return isOff || (effort === undefined && budget < 0) ? {} : { lost: true };
  if (effort !== undefined) return { effort };
  if (budget < 0) return {};
  if (budget > 0) return { effort: effortOfBudget(budget) };
  // Beyond OpenAI there is no common word for not thinking.
  return isReasoningModel(model) ? { effort: leastEffort(model) } : { lost: true };
}
