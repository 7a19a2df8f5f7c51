// Names of members that dialects have given a meaning. Any other name was made up by somebody, so it may say what it must not.

/** All that can stand on the way to words, and what stands beside them most often. */
const KNOWN: ReadonlySet<string> = new Set(
  [
    'id model modelVersion object created created_at status type role name index content contents text parts messages message input output prompt',
    'system systemInstruction system_instruction instructions developer user assistant tool tools functions function custom tool_choice toolConfig',
    'tool_calls call_id tool_call_id tool_use_id item_id response_id responseId arguments args parameters input_schema inputSchema schema description',
    'functionCall functionResponse functionDeclarations function_call function_response function_declarations response partialArgs title context',
    'source data media_type mimeType mime_type inlineData inline_data fileData file_data fileUri file_uri file_id file_url filename url uri image_url',
    'input_audio image images audio video format detail document citations annotations thinking thought thoughts reasoning reasoning_content summary',
    'signature thoughtSignature thought_signature encrypted_content redacted refusal choices candidates delta finish_reason finishReason stop_reason',
    'logprobs top_logprobs token bytes logprob usage usageMetadata metadata stop stop_sequences stopSequences temperature top_p top_k topP topK seed n',
    'max_tokens max_completion_tokens max_output_tokens maxOutputTokens stream stream_options include_usage response_format json_schema strict',
    'output_format output_config generationConfig generation_config responseSchema responseMimeType thinkingConfig thinkingBudget includeThoughts',
    'parallel_tool_calls presence_penalty frequency_penalty logit_bias service_tier store reasoning_effort effort verbosity modalities voice',
    'prediction suffix echo best_of encoding_format dimensions taskType outputDimensionality requests previous_response_id conversation cachedContent',
    'include truncation background cache_control ttl budget_tokens disable_parallel_tool_use safety_identifier prompt_cache_key user_id',
    'safetySettings safetyRatings category threshold probability allowedFunctionNames functionCallingConfig mode size quality style action query',
    'queries results result logs code error param details output_index content_index content_block sequence_number item part annotation obfuscation',
    'system_fingerprint incomplete_details properties required additionalProperties partial_json transcript',
  ].flatMap((line) => line.split(' ')),
);

export const isKnownName = (name: string): boolean => KNOWN.has(name);

/** The path of a member. Logs show paths, so a name that somebody made up is left out of it. */
export function memberPath(path: string, name: string): string {
  const shown = KNOWN.has(name) ? name : '*';
  return path === '' ? shown : `${path}.${shown}`;
}
