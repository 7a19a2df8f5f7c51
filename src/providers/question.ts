// A question of our own to a model, outside of traffic: asked and answered in OpenAI's dialect, whatever the provider speaks.
import type { Dispatcher } from 'undici';
import { openAiChatSurface } from '../dialects/openai-chat/dialect.ts';
import type { AnswerContext, GatewayRequest, Provider } from './provider.ts';

const MAX_ANSWER_BYTES = 1024 * 1024;

/** `body`: of a chat completion, without the model. */
export function questionTo(endpoint: string, model: string, body: Record<string, unknown>): GatewayRequest {
  const whole = { ...body, model };
  const raw = Buffer.from(JSON.stringify(whole));
  return { operation: 'chat', endpoint, dialect: openAiChatSurface, upstreamModel: model, model, stream: false, raw, body: whole };
}

async function readBounded(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export interface QuestionReply {
  status: number;
  body: string;
  /** Milliseconds after which the provider wants to be asked again. */
  retryAfter?: number;
}

/** Of an answer that is no success: what its header says, or what the provider says in its text. */
function refusalOf(provider: Provider, status: number, headers: Dispatcher.ResponseData['headers'], text: string): QuestionReply {
  const header = Number(headers['retry-after'] ?? NaN);
  const seconds = Number.isFinite(header) ? header : provider.toError(status, text, {}).retryAfter;
  return { status, body: '', ...(seconds !== undefined && seconds > 0 ? { retryAfter: seconds * 1000 } : {}) };
}

/** Rejects when the answer is longer than 1 MiB or breaks off. The text of one that is no success is left out. */
export async function readReply(
  provider: Provider,
  { statusCode, headers, body }: Dispatcher.ResponseData,
  context: Omit<AnswerContext, 'contentType' | 'requestId'>,
): Promise<QuestionReply> {
  const bytes = await readBounded(body as AsyncIterable<Buffer>);
  if (statusCode !== 200) return refusalOf(provider, statusCode, headers, bytes.toString('utf8'));
  const type = headers['content-type'];
  const reader = provider.readAnswer({ ...context, contentType: typeof type === 'string' ? type : '', requestId: '' });
  const pieces = [reader.push(bytes), reader.end()].filter((piece) => piece !== undefined);
  return { status: 200, body: pieces.map(String).join('') };
}
