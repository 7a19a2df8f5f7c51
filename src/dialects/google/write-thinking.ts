// How much a model should think: levels for Gemini 3, budgets of tokens for 2.5, nothing before.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ReasoningEffort, ReasoningOptions } from '../../chat/request.ts';
import type { JsonObject } from './json.ts';
import type { ModelTraits } from './model.ts';

/** Google's own table, from its OpenAI compatibility; its pro models cannot stop to think. */
const BUDGETS: Record<ReasoningEffort, number> = { none: 0, minimal: 1024, low: 1024, medium: 8192, high: 24_576, xhigh: 24_576 };
const LEVELS: Record<ReasoningEffort, string> = {
  none: 'MINIMAL',
  minimal: 'MINIMAL',
  low: 'LOW',
  medium: 'MEDIUM',
  high: 'HIGH',
  xhigh: 'HIGH',
};

/** Less than the most that is allowed keeps to it all the same. */
function within(tokens: number, { isPro, budgets }: ModelTraits): number {
  if (tokens < 0 || budgets === undefined || (tokens === 0 && !isPro)) return tokens;
  return Math.min(budgets.most, Math.max(budgets.least, tokens));
}

function amountOf({ effort, budget }: ReasoningOptions, traits: ModelTraits): JsonObject {
  const { thinking, isPro } = traits;
  if (thinking === 'level') {
    if (effort !== undefined) {
      const level = LEVELS[effort];
      return { thinkingLevel: isPro && level === 'MINIMAL' ? 'LOW' : level };
    }
    if (budget === 0) return { thinkingLevel: isPro ? 'LOW' : 'MINIMAL' };
  }
  const tokens = budget ?? (effort === undefined ? undefined : BUDGETS[effort]);
  if (tokens === undefined) return {};
  return { thinkingBudget: within(tokens, traits) };
}

export function writeThinking(options: ReasoningOptions | undefined, traits: ModelTraits, context: WriteContext): JsonObject | undefined {
  if (options === undefined) return undefined;
  const { effort, budget, visible } = options;
  const wantsNone = effort === 'none' || (effort === undefined && budget === 0);
  if (traits.thinking === 'none') {
    const wantsSome = !wantsNone && (effort !== undefined || budget !== undefined || visible === true);
    if (wantsSome) context.losses.add(context.nameOf('reasoning'));
    return undefined;
  }
  const amount = amountOf(options, traits);
  // Pro models think in any case, and no model thinks less than its least budget.
  const isMore = (wantsNone && traits.isPro) || (budget !== undefined && budget >= 0 && Number(amount['thinkingBudget'] ?? 0) > budget);
  if (isMore) context.losses.add(context.nameOf('reasoning'));
  const config = { ...amount, ...(visible === true && !wantsNone ? { includeThoughts: true } : {}) };
  return Object.keys(config).length === 0 ? undefined : config;
}
