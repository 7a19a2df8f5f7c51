// Who says a piece of JSON, by where it stands: the same few words in every dialect.
import type { Role } from '../types.ts';

/** Members of a request, at its top, that are of one role whatever they hold. */
const TOP_LEVEL: Readonly<Record<string, Role>> = {
  system: 'system',
  systemInstruction: 'system',
  system_instruction: 'system',
  instructions: 'system',
  messages: 'user',
  contents: 'user',
  content: 'user',
  input: 'user',
  prompt: 'user',
  suffix: 'user',
  requests: 'user',
  tools: 'definition',
  functions: 'definition',
  tool_choice: 'definition',
  toolConfig: 'definition',
  tool_config: 'definition',
  response_format: 'definition',
  output_format: 'definition',
  output_config: 'definition',
  text: 'definition',
  generationConfig: 'definition',
  generation_config: 'definition',
  prediction: 'assistant',
};

const SAID: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  human: 'user',
  assistant: 'assistant',
  model: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** Kinds of items and blocks that say by themselves whose they are. */
const BY_TYPE: Readonly<Record<string, Role>> = {
  function_call: 'assistant',
  custom_tool_call: 'assistant',
  tool_use: 'assistant',
  server_tool_use: 'assistant',
  reasoning: 'assistant',
  thinking: 'assistant',
  tool_result: 'tool',
  function_call_output: 'tool',
  custom_tool_call_output: 'tool',
};

const own = (table: Readonly<Record<string, Role>>, name: unknown): Role | undefined =>
  typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;

/** Of a member at the top of a request. */
export const topLevelRole = (name: string): Role => own(TOP_LEVEL, name) ?? 'other';

/** Of an object inside: what it says of itself, or what its surroundings say. */
export function roleOf(object: Readonly<Record<string, unknown>>, around: Role): Role {
  if (Object.hasOwn(object, 'functionResponse') || Object.hasOwn(object, 'function_response')) return 'tool';
  return own(BY_TYPE, object['type']) ?? own(SAID, object['role']) ?? around;
}
