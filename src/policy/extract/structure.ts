// What in a request or an answer is its frame, and not words that a model reads or writes.

/** Members whose value only names or counts something. Their values count as frame while they look like a name. */
const NAMES: ReadonlySet<string> = new Set([
  'id',
  'call_id',
  'tool_call_id',
  'tool_use_id',
  'item_id',
  'response_id',
  'previous_response_id',
  'responseId',
  'container',
  'model',
  'modelVersion',
  'type',
  'role',
  'object',
  'status',
  'stop_reason',
  'finish_reason',
  'finishReason',
  'service_tier',
  'system_fingerprint',
  'format',
  'detail',
  'media_type',
  'mime_type',
  'mimeType',
  'reasoning_effort',
  'effort',
  'encoding_format',
  'taskType',
]);
const LOOKS_LIKE_A_NAME = /^[\w.:/@+-]{0,128}$/;

/** Members that hold what only its provider can read. */
const OPAQUE: ReadonlySet<string> = new Set([
  'signature',
  'thought_signature',
  'thoughtSignature',
  'encrypted_content',
  'encrypted_index',
  'encryptedContent',
]);
const LOOKS_OPAQUE = /^(?:[\w-]+:)?[\w+/=-]*$/;

/** Members of answers that say nothing which the answer does not say elsewhere. */
const BESIDE: ReadonlySet<string> = new Set(['logprobs', 'logprobsResult', 'usage', 'usageMetadata', 'safetyRatings', 'safety_ratings']);

/** Members whose value an application made up: inside them every name and every value is content. */
const FREE: ReadonlySet<string> = new Set(['args', 'arguments', 'input', 'response', 'metadata', 'output', 'partialArgs']);

/** Schemas, whose names of members say as much as their words. */
const SCHEMAS: ReadonlySet<string> = new Set(['parameters', 'input_schema', 'inputSchema', 'schema', 'responseSchema', 'parametersJsonSchema', 'responseJsonSchema']);

/** The value of a member is part of the frame. */
export function isFrame(name: string, value: string): boolean {
  if (NAMES.has(name)) return LOOKS_LIKE_A_NAME.test(value);
  return OPAQUE.has(name) && LOOKS_OPAQUE.test(value);
}

export const isBeside = (name: string): boolean => BESIDE.has(name);

export const isFree = (name: string): boolean => FREE.has(name) || SCHEMAS.has(name);

/** Kinds of items and blocks that are known, of all dialects; others may hold what nobody has looked for. */
const KINDS: ReadonlySet<string> = new Set(
  [
    'text input_text output_text summary_text reasoning_text refusal message reasoning thinking redacted_thinking',
    'function custom function_call function_call_output custom_tool_call custom_tool_call_output item_reference',
    'tool_use tool_result server_tool_use mcp_tool_use mcp_tool_result search_result tool_reference',
    'image image_url input_image document file input_file input_audio audio video_url content base64 url',
  ].flatMap((line) => line.split(' ')),
);

export const isKnownKind = (kind: string): boolean => KINDS.has(kind);
