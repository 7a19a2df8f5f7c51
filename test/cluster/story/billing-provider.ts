// A provider that bills: it takes one key, answers with other numbers of tokens each time, judges where it is asked to, and keeps a receipt
// of every answer.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { honest } from '../../policy/judge/scripted.ts';

export const CARD = '4242 4242 4242 4242';
export const JUDGE_MODEL = 'judge-1';
/** Whoever asks this is answered with a card number. */
export const ASKS_FOR_CARD = 'Which card do we use for tests?';
const MODELS = ['small-1', 'large-1', JUDGE_MODEL];

export interface Receipt {
  model: string;
  tokensIn: number;
  tokensOut: number;
  /** What was said last. */
  prompt: string;
  /** Of all turns. */
  turns: number;
}

export interface BillingProvider {
  /** Base URL ending in /v1. */
  url: string;
  readonly receipts: readonly Receipt[];
  close(): Promise<void>;
}

interface ChatBody {
  model: string;
  stream?: boolean;
  messages: { role: string; content: string }[];
}

interface Answer {
  id: string;
  object: string;
  created: number;
  model: string;
  choices: { index: number; message: { role: string; content: string }; finish_reason: string }[];
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

function textFor(body: ChatBody): string {
  if (body.model === JUDGE_MODEL) return JSON.stringify(honest({ ...body }, (_rule, text) => /\bsue\b/.exec(text)?.[0]));
  return body.messages.at(-1)?.content === ASKS_FOR_CARD ? `It is ${CARD}.` : `pong ${body.messages.length}`;
}

/** The same answer as a stream: a piece for each word, the end, and the bill. */
function piecesOf({ choices, usage, ...rest }: Answer): object[] {
  const head = { ...rest, object: 'chat.completion.chunk' };
  const words = choices[0]!.message.content.split(/(?<= )/);
  const piece = (delta: object, finish_reason: string | null): object => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason }],
    usage: null,
  });
  return [...words.map((content) => piece({ content }, null)), piece({}, 'stop'), { ...head, choices: [], usage }];
}

/** `key`: what callers have to send. */
export async function startBillingProvider(key: string): Promise<BillingProvider> {
  const receipts: Receipt[] = [];
  const answerTo = (body: ChatBody): Answer => {
    const number = receipts.length + 1;
    const usage = { prompt_tokens: 10 + number, completion_tokens: 1_000 + 7 * number };
    const { model, messages } = body;
    receipts.push({
      model,
      tokensIn: usage.prompt_tokens,
      tokensOut: usage.completion_tokens,
      prompt: messages.at(-1)?.content ?? '',
      turns: messages.length,
    });
    const choices = [{ index: 0, message: { role: 'assistant', content: textFor(body) }, finish_reason: 'stop' }];
    const total_tokens = usage.prompt_tokens + usage.completion_tokens;
    return { id: `c-${number}`, object: 'chat.completion', created: 1, model, choices, usage: { ...usage, total_tokens } };
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const send = (status: number, body: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      if (request.headers.authorization !== `Bearer ${key}`) {
        return send(401, {
          error: { message: 'Incorrect API key provided.', type: 'invalid_request_error', param: null, code: 'invalid_api_key' },
        });
      }
      const data = MODELS.map((id) => ({ id, object: 'model', created: 1, owned_by: 'lab' }));
      if (request.url === '/v1/models') return send(200, { object: 'list', data });
      const body = JSON.parse(Buffer.concat(chunks).toString()) as ChatBody;
      if (body.stream !== true) return send(200, answerTo(body));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(
        [...piecesOf(answerTo(body)).map((piece) => JSON.stringify(piece)), '[DONE]'].map((data) => `data: ${data}\n\n`).join(''),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    receipts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
