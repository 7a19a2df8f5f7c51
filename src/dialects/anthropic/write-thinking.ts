// How much a Claude model should think, and the options that Anthropic takes only while it does not.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatRequest, ReasoningEffort, ReasoningOptions } from '../../chat/request.ts';
import type { ModelTraits } from './models.ts';
import type { Param } from './write-content.ts';
import type { Turn } from './write-messages.ts';
import { forcesTool } from './write-tools.ts';

/**
 * Most tokens of an answer whose caller named no limit; Anthropic demands one. Thoughts count, so 4096 would cut off answers of
 * models that think; 32000 is taken by every model since Claude 3.7, and only what is written is paid for.
 */
const DEFAULT_MAX_TOKENS = 32_000;
/** Anthropic takes no smaller budget. */
const MIN_BUDGET = 1024;
/** Of the tokens of the answer. Something must be left for what is not thought. */
const SHARES: Record<Exclude<ReasoningEffort, 'none'>, number> = { minimal: 0.1, low: 0.2, medium: 0.5, high: 0.8, xhigh: 0.9 };

export interface Thinking {
  maxTokens: number;
  /** Fields of the body; `effort` goes into output_config. */
  thinking?: Param;
  effort?: string;
}

const isOff = ({ effort, budget }: ReasoningOptions): boolean => budget === 0 || (budget === undefined && effort === 'none');

function effortOf({ effort, budget }: ReasoningOptions, { efforts }: ModelTraits): string | undefined {
  if (efforts.size === 0) return undefined;
  if (effort !== undefined && effort !== 'none') {
    if (effort === 'minimal') return 'low';
    return efforts.has(effort) ? effort : 'max';
  }
  if (budget === undefined || budget < 0) return undefined;
  if (budget <= 2048) return 'low';
  return budget <= 8192 ? 'medium' : 'high';
}

/** Anthropic refuses a budget if the turn that the results belong to did not begin with a thought. */
function continuesWithoutThought(messages: readonly Turn[]): boolean {
  const last = messages.findLast(({ role }) => role === 'assistant');
  if (last === undefined || messages.at(-1)?.content.some(({ type }) => type === 'tool_result') !== true) return false;
  const type = last.content[0]?.['type'];
  return type !== 'thinking' && type !== 'redacted_thinking';
}

function displayOf({ visible }: ReasoningOptions): Param {
  return visible === undefined ? {} : { display: visible ? 'summarized' : 'omitted' };
}

/** A budget that fits, or undefined where none does. */
function budgetOf({ effort, budget }: ReasoningOptions, maxTokens: number): number | undefined {
  const share = SHARES[effort === undefined || effort === 'none' ? 'medium' : effort];
  const wanted = budget !== undefined && budget > 0 ? budget : Math.floor(maxTokens * share);
  const fitting = Math.min(Math.max(wanted, MIN_BUDGET), maxTokens - 1);
  return fitting < MIN_BUDGET ? undefined : fitting;
}

type HowToThink = Pick<Thinking, 'thinking' | 'effort'>;

function adaptive(reasoning: ReasoningOptions, traits: ModelTraits, isForced: boolean, lose: () => void): HowToThink {
  // The most that these models take is a hint.
  if (reasoning.budget !== undefined && reasoning.budget > 0) lose();
  const effort = effortOf(reasoning, traits);
  if (isForced) lose();
  return {
    ...(isForced ? {} : { thinking: { type: 'adaptive', ...displayOf(reasoning) } }),
    ...(effort === undefined ? {} : { effort }),
  };
}

function off({ alwaysThinks, thinking }: ModelTraits, lose: () => void): HowToThink {
  if (alwaysThinks) {
    lose();
    return { effort: 'low' };
  }
  return thinking === 'none' ? {} : { thinking: { type: 'disabled' } };
}

export function writeThinking(request: ChatRequest, traits: ModelTraits, messages: readonly Turn[], context: WriteContext): Thinking {
  const { maxTokens: given, reasoning } = request.options;
  const budget = reasoning?.budget ?? 0;
  const maxTokens = given ?? Math.min(Math.max(DEFAULT_MAX_TOKENS, budget > 0 ? budget + MIN_BUDGET : 0), traits.maxOutput);
  const lose = (): void => context.losses.add(context.nameOf('reasoning'));
  const says = reasoning !== undefined && (reasoning.effort !== undefined || reasoning.budget !== undefined);
  if (!says) {
    const seen = reasoning?.visible === undefined || traits.thinking !== 'adaptive' || forcesTool(request);
    return { maxTokens, ...(seen ? {} : { thinking: { type: 'adaptive', ...displayOf(reasoning) } }) };
  }
  if (isOff(reasoning)) return { maxTokens, ...off(traits, lose) };
  const isForced = forcesTool(request);
  const hasBudget = reasoning.budget !== undefined && reasoning.budget > 0;
  if (traits.thinking === 'adaptive' || (traits.thinking === 'either' && !hasBudget)) {
    return { maxTokens, ...adaptive(reasoning, traits, isForced, lose) };
  }
  const fitting = budgetOf(reasoning, maxTokens);
  if (fitting === undefined || (hasBudget && fitting !== reasoning.budget)) lose();
  if (traits.thinking === 'none' || isForced || continuesWithoutThought(messages)) {
    lose();
    return { maxTokens };
  }
  return { maxTokens, ...(fitting === undefined ? {} : { thinking: { type: 'enabled', budget_tokens: fitting } }) };
}
