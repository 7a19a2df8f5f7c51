// How much a model thinks: no field of Converse, but one of each vendor's own in additionalModelRequestFields.
import type { ChatOptions, ReasoningEffort, ReasoningOptions } from '../../chat/request.ts';
import type { Json } from './json.ts';
import type { Model } from './model.ts';

/** The least that Claude takes. */
const LEAST_BUDGET = 1024;
const BUDGETS: Record<Exclude<ReasoningEffort, 'none'>, number> = {
  minimal: LEAST_BUDGET,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 32_768,
};

export interface Thinking {
  /** For additionalModelRequestFields. */
  fields: Json;
  /** The model thinks by a rule of Claude's, which limits what else may be asked of it. */
  restricts: boolean;
  /** The last thing the assistant did has to begin with a thought. */
  needsThought: boolean;
  /** What was asked cannot be had just so. */
  isLoss: boolean;
}

export const NO_THINKING: Thinking = { fields: {}, restricts: false, needsThought: false, isLoss: false };
const UNAVAILABLE: Thinking = { ...NO_THINKING, isLoss: true };

function asked({ effort, budget }: ReasoningOptions): boolean {
  return effort === undefined ? budget !== undefined && budget !== 0 : effort !== 'none';
}

function effortOf({ effort, budget = -1 }: ReasoningOptions): 'low' | 'medium' | 'high' {
  if (effort === 'minimal' || effort === 'low' || effort === 'medium') return effort === 'minimal' ? 'low' : effort;
  if (effort !== undefined) return 'high';
  if (budget < 0) return 'medium';
  if (budget <= BUDGETS.low) return 'low';
  return budget <= BUDGETS.medium ? 'medium' : 'high';
}

/** Claude decides by itself how much to think, and is told how hard to try. */
function adaptive(reasoning: ReasoningOptions, { version }: Model): Thinking {
  const { effort, budget, visible } = reasoning;
  const isNewer = version >= 407;
  const isHighest = effort === 'xhigh';
  return {
    fields: {
      // Newer models keep their thoughts to themselves unless asked.
      thinking: { type: 'adaptive', ...(visible === true && isNewer ? { display: 'summarized' } : {}) },
      ...(effort === undefined ? {} : { output_config: { effort: isHighest && isNewer ? 'xhigh' : effortOf(reasoning) } }),
    },
    restricts: true,
    needsThought: false,
    // A number of tokens is more than these models take.
    isLoss: (budget !== undefined && budget >= 0) || (isHighest && !isNewer),
  };
}

function budgeted(reasoning: ReasoningOptions, maxTokens: number | undefined): Thinking {
  const { effort, budget } = reasoning;
  const wanted = budget !== undefined && budget > 0 ? budget : BUDGETS[effort === undefined || effort === 'none' ? 'medium' : effort];
  // Thoughts are part of maxTokens, and something must be left for the answer.
  const most = maxTokens === undefined ? Infinity : maxTokens - 1;
  if (most < LEAST_BUDGET) return UNAVAILABLE;
  const given = Math.min(Math.max(wanted, LEAST_BUDGET), most);
  return {
    fields: { thinking: { type: 'enabled', budget_tokens: given } },
    restricts: true,
    needsThought: true,
    isLoss: budget !== undefined && budget > 0 && given !== budget,
  };
}

function claudeThinking(reasoning: ReasoningOptions, model: Model, maxTokens: number | undefined): Thinking {
  if (model.version < 307) return UNAVAILABLE;
  const byNumber = reasoning.budget !== undefined && reasoning.budget > 0;
  // 4.6 takes both, later ones no number.
  if (model.version >= 407 || (model.version >= 406 && !byNumber)) return adaptive(reasoning, model);
  return budgeted(reasoning, maxTokens);
}

function novaThinking(reasoning: ReasoningOptions, { maxTokens, temperature, topP }: ChatOptions): Thinking {
  const effort = effortOf(reasoning);
  // At the highest, Nova takes no limits besides.
  const lowered = effort === 'high' && (maxTokens !== undefined || temperature !== undefined || topP !== undefined);
  const fields = { reasoningConfig: { type: 'enabled', maxReasoningEffort: lowered ? 'medium' : effort } };
  return { ...NO_THINKING, fields, isLoss: lowered };
}

/** What to send for the reasoning that was asked for. */
export function writeThinking(options: ChatOptions, model: Model): Thinking {
  const { reasoning, maxTokens } = options;
  if (reasoning === undefined) return NO_THINKING;
  if (!asked(reasoning)) {
    // It always thinks; less than low is not to be had.
    const always = model.family === 'gpt-oss' && (reasoning.effort === 'none' || reasoning.budget === 0);
    return always ? { ...UNAVAILABLE, fields: { reasoning_effort: 'low' } } : NO_THINKING;
  }
  switch (model.family) {
    case 'claude':
      return claudeThinking(reasoning, model, maxTokens);
    case 'nova':
      return model.version >= 200 ? novaThinking(reasoning, options) : UNAVAILABLE;
    case 'gpt-oss':
      return { ...NO_THINKING, fields: { reasoning_effort: effortOf(reasoning) } };
    case 'qwen':
      return { ...NO_THINKING, fields: { reasoning_config: effortOf(reasoning) } };
    default:
      return UNAVAILABLE;
  }
}
