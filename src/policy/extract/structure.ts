// What in a request or an answer is its frame, and not words that a model reads or writes.
import type { Json } from '../../chat/json.ts';
import { isEncrypted, looksEncoded } from './opaque.ts';

const words = (...lines: string[]): ReadonlySet<string> => new Set(lines.flatMap((line) => line.split(' ')));

/** Members whose value is one of few words. */
const CHOICES = words(
  'type role object status stop_reason finish_reason finishReason service_tier format detail media_type mime_type mimeType',
  'reasoning_effort effort encoding_format taskType',
);

/** Members whose value only names something. */
const IDS = words('id call_id tool_call_id tool_use_id item_id response_id previous_response_id responseId container system_fingerprint');
const MODELS = words('model modelVersion');
const LOOKS_LIKE_A_NAME = /^[\w.:/@+-]{0,128}$/;
const LONG_NUMBER = /\d{10}/;

/** Members that hold what only its provider can read, and padding. */
const OPAQUE = words('signature thought_signature thoughtSignature encrypted_content encrypted_index encryptedContent obfuscation');

/** Members that count. Words in them are no counts. */
const BESIDE = words('usage usageMetadata');
/** Of answers: what tells the same as the answer, letter by letter. */
const PROBABILITIES = words('logprobs logprobsResult');

/** Members whose value an application made up: inside them every name and every value is content. */
const FREE = words('args arguments input response metadata output partialArgs');

/** Schemas, whose names of members say as much as their words. */
const SCHEMAS = words('parameters input_schema inputSchema schema responseSchema parametersJsonSchema responseJsonSchema');

/** Kinds of items and blocks that are known, of all dialects; others may hold what nobody has looked for. */
const KINDS = words(
  'text input_text output_text summary_text reasoning_text refusal message reasoning thinking redacted_thinking',
  'function custom function_call function_call_output custom_tool_call custom_tool_call_output item_reference',
  'tool_use tool_result server_tool_use mcp_tool_use mcp_tool_result search_result tool_reference',
  'image image_url input_image document file input_file input_audio audio video_url content base64 url',
  // Tools that ran at the provider: what they were asked and what they found stands in the item.
  'web_search_call file_search_call code_interpreter_call mcp_call mcp_list_tools web_search_tool_result web_search_result',
  'url_citation file_citation container_file_citation file_path char_location page_location content_block_location web_search_result_location',
  'search_result_location reasoning.text reasoning.summary reasoning.encrypted logs compaction tool_search_call tool_search_output',
  'shell_call shell_call_output local_shell_call local_shell_call_output apply_patch_call apply_patch_call_output computer_call',
  'computer_call_output mcp_approval_request mcp_approval_response web_fetch_tool_result tool_search_tool_result code_execution_tool_result',
  'bash_code_execution_tool_result text_editor_code_execution_tool_result code_execution_output bash_code_execution_output',
);

const VALUES = words(
  'system developer user human assistant model tool function chat.completion chat.completion.chunk text_completion response list embedding',
  'response.completion json_object json_schema grammar object string number integer boolean array null auto none required any low high',
  'medium minimal xhigh max enabled disabled adaptive ephemeral stop length tool_calls content_filter function_call end_turn max_tokens',
  'stop_sequence tool_use pause_turn refusal STOP MAX_TOKENS SAFETY completed incomplete in_progress failed queued default flex priority',
  'scale standard standard_only float base64 text/plain image/png image/jpeg image/webp image/gif application/pdf application/json message',
  'error ping message_start message_delta message_stop content_block_start content_block_delta content_block_stop text_delta thinking_delta',
  'input_json_delta signature_delta citations_delta wav mp3 pcm16 markdown',
);
/** The events of a stream of responses. */
const EVENT = /^response(?:\.[a-z_]{1,32}){1,3}$/;

/** A block or item that says no kind is of one. */
export const isOfKnownKind = ({ type }: Json): boolean => typeof type !== 'string' || KINDS.has(type);

/** Thoughts that only their provider can read; elsewhere `data` is bytes. */
export const isSealed = (name: string, { type }: Json): boolean =>
  name === 'data' && (type === 'redacted_thinking' || type === 'reasoning.encrypted');

/** The result of a tool that uses a computer: a picture, where those of other tools are an application's own. */
export const isScreen = ({ type }: Json): boolean => type === 'computer_screenshot';

const isKnownValue = (value: string): boolean => KINDS.has(value) || VALUES.has(value) || EVENT.test(value);

/**
 * How much the string in a member is a part of the frame. `frame`: nothing to read. `opaque`: nothing that reads as it stands. `name`: a name,
 * which says something only where a detector knows it. `content`: words. `isTop`: of a request, whose model the gateway knows.
 */
export function readingOf(name: string, value: string, isTop: boolean): 'frame' | 'opaque' | 'name' | 'content' {
  if (CHOICES.has(name)) return isKnownValue(value) ? 'frame' : LOOKS_LIKE_A_NAME.test(value) ? 'name' : 'content';
  if (MODELS.has(name)) return !LOOKS_LIKE_A_NAME.test(value) || LONG_NUMBER.test(value) ? 'content' : isTop ? 'frame' : 'name';
  if (IDS.has(name)) return LOOKS_LIKE_A_NAME.test(value) ? 'name' : 'content';
  if (!OPAQUE.has(name)) return 'content';
  return isEncrypted(value) ? 'opaque' : looksEncoded(value) ? 'name' : 'content';
}

/** Counts, which are numbers by the dozen in every answer. */
export const isBeside = (name: string): boolean => BESIDE.has(name);

export const isProbabilities = (name: string): boolean => PROBABILITIES.has(name);

export const isFree = (name: string): boolean => FREE.has(name) || SCHEMAS.has(name);
