// The response object around the output: its state, and the settings of the request as the API echoes them.
import type { FinishReason, Usage } from '../../chat/answer.ts';
import type { AnswerHead } from '../../chat/dialect.ts';
import { isObject } from '../../chat/json.ts';
import { field, listOf } from './fields.ts';
import { writeUsage } from './usage.ts';

export interface ResponseState {
  status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  incompleteReason?: 'max_output_tokens' | 'content_filter';
  error?: object;
}

/** `hasRefusal`: the output says so itself, as in an answer of this dialect. */
export function stateOf(reason: FinishReason, hasRefusal: boolean): ResponseState {
  switch (reason) {
    case 'length':
    // There is more to come if asked again, and this is the only reason that says so here.
    case 'pause':
      return { status: 'incomplete', incompleteReason: 'max_output_tokens' };
    case 'content-filter':
      return { status: 'incomplete', incompleteReason: 'content_filter' };
    case 'refusal':
      return hasRefusal ? { status: 'completed' } : { status: 'incomplete', incompleteReason: 'content_filter' };
    case 'error':
      return {
        status: 'failed',
        error: { code: 'server_error', message: 'The model made something that its provider could not use. Try again.' },
      };
    default:
      return { status: 'completed' };
  }
}

/** Access to other servers, which answers do not repeat. */
const SECRETS = new Set(['authorization', 'headers']);

function withoutSecrets(tool: unknown): unknown {
  return isObject(tool) ? Object.fromEntries(Object.entries(tool).filter(([name]) => !SECRETS.has(name))) : tool;
}

export interface ResponseParts {
  id: string;
  state: ResponseState;
  output: readonly object[];
  usage: Usage | undefined;
  serviceTier: string | undefined;
}

export function writeResponse(head: AnswerHead, { id, state, output, usage, serviceTier }: ResponseParts): object {
  const asked = (name: string, otherwise: unknown): unknown => field(head.request, name) ?? otherwise;
  const settingsOf = (name: string): Readonly<Record<string, unknown>> => {
    const settings = field(head.request, name);
    return isObject(settings) ? settings : {};
  };
  return {
    id,
    object: 'response',
    created_at: head.created,
    status: state.status,
    background: false,
    error: state.error ?? null,
    incomplete_details: state.incompleteReason === undefined ? null : { reason: state.incompleteReason },
    instructions: asked('instructions', null),
    max_output_tokens: asked('max_output_tokens', null),
    max_tool_calls: asked('max_tool_calls', null),
    model: head.model,
    output,
    parallel_tool_calls: asked('parallel_tool_calls', true),
    previous_response_id: null,
    prompt_cache_key: asked('prompt_cache_key', null),
    reasoning: { effort: null, summary: null, ...settingsOf('reasoning') },
    safety_identifier: asked('safety_identifier', null),
    service_tier: serviceTier ?? (state.status === 'in_progress' ? asked('service_tier', 'auto') : 'default'),
    // Whatever was asked: nothing is kept here.
    store: false,
    temperature: asked('temperature', 1),
    text: { format: { type: 'text' }, verbosity: 'medium', ...settingsOf('text') },
    tool_choice: asked('tool_choice', 'auto'),
    tools: listOf(field(head.request, 'tools')).map(withoutSecrets),
    top_logprobs: asked('top_logprobs', 0),
    top_p: asked('top_p', 1),
    truncation: asked('truncation', 'disabled'),
    usage: usage === undefined ? null : writeUsage(usage),
    user: asked('user', null),
    metadata: asked('metadata', {}),
  };
}
