// DEMO ONLY. Reads what applications send to the demo provider and refuses it the way OpenAI does.
import { isRecord, type ChatMessage, type ChatRequest } from './chat.ts';
import { DEFAULT_DIMENSIONS, MAX_DIMENSIONS, type EmbeddingsRequest } from './embeddings.ts';

export const CHAT_MODEL = 'demo-chat';
export const EMBEDDING_MODEL = 'demo-embedding';

/** An answer in OpenAI's error envelope. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;

  constructor(status: number, message: string, options: { code?: string; param?: string } = {}) {
    super(message);
    this.status = status;
    this.code = options.code ?? null;
    this.param = options.param ?? null;
  }

  toJson(): object {
    return { error: { message: this.message, type: 'invalid_request_error', param: this.param, code: this.code } };
  }
}

/** Any key is good, except one that says it is not: so a rejected credential can be tried out as well. */
export function checkKey(authorization: string | undefined): void {
  const key = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
  if (key === undefined) {
    throw new DemoError(401, "You didn't provide an API key. Send it in an Authorization header, as in Authorization: Bearer YOUR_KEY.");
  }
  if (/invalid|refused/i.test(key)) throw new DemoError(401, 'Incorrect API key provided.', { code: 'invalid_api_key' });
}

export function modelNotFound(model: string): DemoError {
  return new DemoError(404, `The model \`${model}\` does not exist. The demo provider has ${CHAT_MODEL} and ${EMBEDDING_MODEL}.`, {
    code: 'model_not_found',
    param: 'model',
  });
}

export function parseJson(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    if (isRecord(body)) return body;
  } catch {
    // Answered below: JSON.parse's own message would quote the body.
  }
  throw new DemoError(400, 'We could not parse the JSON body of your request. The body must be a JSON object.');
}

function modelOf(body: Record<string, unknown>, only: string): string {
  const { model } = body;
  if (typeof model !== 'string' || model === '') throw new DemoError(400, 'you must provide a model parameter', { param: 'model' });
  if (model !== CHAT_MODEL && model !== EMBEDDING_MODEL) throw modelNotFound(model);
  if (model !== only) throw new DemoError(400, `The model \`${model}\` cannot do this; use ${only}.`, { param: 'model' });
  return model;
}

function integer(body: Record<string, unknown>, name: string, max: number): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > max) {
    throw new DemoError(400, `Invalid '${name}': it must be an integer from 1 to ${max}.`, { param: name, code: 'invalid_value' });
  }
  return value;
}

function functionName(value: unknown): unknown {
  return isRecord(value) && isRecord(value['function']) ? value['function']['name'] : undefined;
}

/** @throws DemoError naming the parameter that is wrong. */
export function readChatRequest(body: Record<string, unknown>): ChatRequest {
  const model = modelOf(body, CHAT_MODEL);
  const { messages, tools, tool_choice: choice } = body;
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every(isRecord)) {
    throw new DemoError(400, "Invalid 'messages': it must be a list with at least one message.", { param: 'messages' });
  }
  if (tools !== undefined && (!Array.isArray(tools) || !tools.every(isRecord))) {
    throw new DemoError(400, "Invalid 'tools': it must be a list of tools.", { param: 'tools' });
  }
  const forced = functionName(choice);
  if (forced !== undefined && !(tools ?? []).some((tool) => functionName(tool) === forced)) {
    throw new DemoError(400, "Invalid 'tool_choice': it names a function that is not in 'tools'.", { param: 'tool_choice' });
  }
  const optional = {
    n: integer(body, 'n', 128),
    max_tokens: integer(body, 'max_tokens', 1_000_000),
    max_completion_tokens: integer(body, 'max_completion_tokens', 1_000_000),
    tools,
    tool_choice: choice,
  };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  return { model, messages: messages as ChatMessage[], ...given };
}

/** @throws DemoError naming the parameter that is wrong. */
export function readEmbeddingsRequest(body: Record<string, unknown>): EmbeddingsRequest {
  const model = modelOf(body, EMBEDDING_MODEL);
  const { input, encoding_format: format = 'float' } = body;
  const texts: unknown[] = Array.isArray(input) ? input : [input];
  if (texts.length === 0 || !texts.every((text): text is string => typeof text === 'string' && text !== '')) {
    throw new DemoError(400, "Invalid 'input': it must be a string, or a list of strings, and not empty.", { param: 'input' });
  }
  if (format !== 'float' && format !== 'base64') {
    throw new DemoError(400, "Invalid 'encoding_format': it must be float or base64.", { param: 'encoding_format' });
  }
  return { model, input: texts, dimensions: integer(body, 'dimensions', MAX_DIMENSIONS) ?? DEFAULT_DIMENSIONS, format };
}
