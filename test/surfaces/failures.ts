// How providers of each type fail: answers with an error status, and errors in the middle of a stream.
import type { ProviderType } from '../../src/api/resources.ts';
import type { Answer, Json } from './stage.ts';
import { frame, sse } from './upstreams.ts';

const KINDS: Record<number, { claude: string; google: string; aws: string }> = {
  400: { claude: 'invalid_request_error', google: 'INVALID_ARGUMENT', aws: 'ValidationException' },
  401: { claude: 'authentication_error', google: 'UNAUTHENTICATED', aws: 'UnrecognizedClientException' },
  403: { claude: 'permission_error', google: 'PERMISSION_DENIED', aws: 'AccessDeniedException' },
  404: { claude: 'not_found_error', google: 'NOT_FOUND', aws: 'ResourceNotFoundException' },
  429: { claude: 'rate_limit_error', google: 'RESOURCE_EXHAUSTED', aws: 'ThrottlingException' },
  500: { claude: 'api_error', google: 'INTERNAL', aws: 'InternalServerException' },
  529: { claude: 'overloaded_error', google: 'UNAVAILABLE', aws: 'ServiceUnavailableException' },
};

const detail = (name: string, rest: Json): Json => ({ '@type': `type.googleapis.com/google.rpc.${name}`, ...rest });

/** Google says in its body when to come back, all others in a header. */
export function refusal(type: ProviderType, status: number, message: string): Answer {
  const { claude, google, aws } = KINDS[status]!;
  const fields = [detail('BadRequest', { fieldViolations: [{ field: 'the.field', description: message }] })];
  const bodies: Record<ProviderType, Json> = {
    OpenAI: { error: { message, type: 'invalid_request_error', param: 'the.field', code: 'a_code' } },
    Other: { error: { message, type: 'invalid_request_error', param: 'the.field', code: 'a_code' } },
    Anthropic: { type: 'error', error: { type: claude, message }, request_id: 'req_1' },
    Google: {
      error: { code: status, message, status: google, details: status === 429 ? [detail('RetryInfo', { retryDelay: '7s' })] : fields },
    },
    AWS: { message },
  };
  return (response) => {
    response.writeHead(status, {
      'content-type': 'application/json',
      ...(type === 'AWS' ? { 'x-amzn-errortype': `${aws}:http://internal.amazon.com/coral/` } : {}),
      ...(status === 429 && type !== 'Google' ? { 'retry-after': '7' } : {}),
    });
    response.end(JSON.stringify(bodies[type]));
  };
}

const OPENAI_CHUNK = {
  id: 'c',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta: { role: 'assistant', content: 'Well' }, finish_reason: null }],
};
const RESPONSE = { id: 'resp_1', object: 'response', created_at: 1, status: 'in_progress', model: 'm', output: [] };
const ITEM = { id: 'msg_1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
const AT = { item_id: 'msg_1', output_index: 0, content_index: 0 };
const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [],
  stop_reason: null,
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
};
const CHAT = (): Buffer => sse([OPENAI_CHUNK]);

/** A stream that has said one word: "Well". */
export const BEGUN: Record<ProviderType | 'responses', () => Buffer> = {
  OpenAI: CHAT,
  Other: CHAT,
  Anthropic: () =>
    sse(
      [
        { type: 'message_start', message: MESSAGE },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Well' } },
      ],
      true,
    ),
  Google: () => sse([{ candidates: [{ content: { role: 'model', parts: [{ text: 'Well' }] }, index: 0 }] }]),
  AWS: () =>
    Buffer.concat([
      frame(['messageStart', { role: 'assistant' }]),
      frame(['contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Well' } }]),
    ]),
  responses: () =>
    sse(
      [
        { type: 'response.created', sequence_number: 0, response: RESPONSE },
        { type: 'response.output_item.added', sequence_number: 1, output_index: 0, item: ITEM },
        { type: 'response.content_part.added', sequence_number: 2, ...AT, part: { type: 'output_text', text: '', annotations: [] } },
        { type: 'response.output_text.delta', sequence_number: 3, ...AT, delta: 'Well' },
      ],
      true,
    ),
};

/** The error that follows. */
export const BROKEN: Record<ProviderType | 'responses', (message: string) => Buffer> = {
  OpenAI: (message) => sse([{ error: { message, type: 'server_error', param: null, code: null } }]),
  Other: (message) => sse([{ error: { message, type: 'server_error', param: null, code: null } }]),
  Anthropic: (message) => sse([{ type: 'error', error: { type: 'overloaded_error', message } }], true),
  Google: (message) => sse([{ error: { code: 503, message, status: 'UNAVAILABLE' } }]),
  AWS: (message) => frame(['modelStreamErrorException', { message }], 'exception'),
  responses: (message) => sse([{ type: 'error', sequence_number: 4, code: 'server_error', message, param: null }], true),
};
