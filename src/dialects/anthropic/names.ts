// What a caller of this dialect calls the options.
import type { ChatOptions } from '../../chat/request.ts';

const NAMES: Partial<Record<keyof ChatOptions, string>> = {
  maxTokens: 'max_tokens',
  topP: 'top_p',
  topK: 'top_k',
  stop: 'stop_sequences',
  toolChoice: 'tool_choice',
  parallelToolCalls: 'tool_choice.disable_parallel_tool_use',
  output: 'output_config.format',
  reasoning: 'thinking',
  user: 'metadata.user_id',
  serviceTier: 'service_tier',
};

export function nameOf(option: keyof ChatOptions): string {
  return NAMES[option] ?? option;
}
