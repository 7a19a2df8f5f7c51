// Asks a model through the gateway, as an application would: an ordinary request to /v1/chat/completions with a key of the repository.
import { request } from 'undici';
import type { Clock } from '../../clock.ts';
import type { ChatKeys } from './chat-keys.ts';
import type { ChatGateway, ChatReply, ChatRequest } from './services.ts';

export interface HttpChatGatewayOptions {
  /** With /v1 or without. */
  baseUrl: string;
  keys: Pick<ChatKeys, 'keyOf' | 'forget'>;
  clock: Clock;
}

/** Milliseconds between attempts with a key that gateways have not heard of yet: they do within a second or two. */
const PAUSES = [250, 500, 1_000, 2_000, 4_000] as const;
/** OpenAI takes metadata only with `store`, which would keep what is said over there. */
const NO_METADATA = /'metadata' parameter is only allowed when 'store' is enabled/;
/** Characters of a whole answer, whose text may be kept up to 256 KiB. */
const MAX_ANSWER = 2 * 1024 * 1024;
const TOO_LONG = { status: 502, body: { error: { message: 'the answer of the model is too long to be shown here' } } };

interface Answer {
  status: number;
  body: unknown;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function tokensOf(usage: unknown, name: string): number {
  const count = member(usage, name);
  return typeof count === 'number' && count > 0 ? Math.floor(count) : 0;
}

function readAnswer({ status, body }: Answer): ChatReply {
  if (status !== 200) {
    const message = member(member(body, 'error'), 'message');
    return { outcome: 'refused', message: typeof message === 'string' ? message : `the gateway answered with ${status}` };
  }
  const choices = member(body, 'choices');
  const said = member(Array.isArray(choices) ? choices[0] : undefined, 'message');
  const text = member(said, 'content') ?? member(said, 'refusal');
  if (typeof text !== 'string') return { outcome: 'refused', message: 'the model answered without a text' };
  const usage = member(body, 'usage');
  return { outcome: 'answered', text, tokensIn: tokensOf(usage, 'prompt_tokens'), tokensOut: tokensOf(usage, 'completion_tokens') };
}

/** Where people write a base URL, some end it with the version and some do not. */
function chatUrl(baseUrl: string): string {
  return `${baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1/chat/completions`;
}

export class HttpChatGateway implements ChatGateway {
  readonly #options: HttpChatGatewayOptions;
  /** UID of the repository and model: whose provider refuses metadata. */
  readonly #withoutMetadata = new Set<string>();

  constructor(options: HttpChatGatewayOptions) {
    this.#options = options;
  }

  async ask(asked: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    try {
      const answer = await this.#askWithKey(asked, signal);
      if (answer.status === 401)
        return { outcome: 'unavailable', message: 'the gateway does not know the key of this conversation yet; try again' };
      const reply = readAnswer(answer);
      const target = targetOf(asked);
      if (reply.outcome !== 'refused' || !NO_METADATA.test(reply.message) || this.#withoutMetadata.has(target)) return reply;
      // The ledger then knows the key of these prompts, and neither user nor conversation.
      this.#withoutMetadata.add(target);
      return readAnswer(await this.#askWithKey(asked, signal));
    } catch (error) {
      if (signal.aborted) return { outcome: 'unavailable', message: 'the model did not answer in time; try again' };
      const code = member(error, 'code');
      const why = typeof code === 'string' ? ` (${code})` : '';
      return { outcome: 'unavailable', message: `the gateway cannot be asked now${why}; try again` };
    }
  }

  /** A key that stays unknown was taken away, so a new one is issued, once. */
  async #askWithKey(asked: ChatRequest, signal: AbortSignal): Promise<Answer> {
    const { repository } = asked;
    const { keys } = this.#options;
    const answer = await this.#askUntilKnown(asked, await keys.keyOf(repository), signal);
    if (answer.status !== 401) return answer;
    keys.forget(repository);
    return this.#askUntilKnown(asked, await keys.keyOf(repository), signal);
  }

  async #askUntilKnown(asked: ChatRequest, key: string, signal: AbortSignal): Promise<Answer> {
    let answer = await this.#post(asked, key, signal);
    for (const pause of PAUSES) {
      if (answer.status !== 401) return answer;
      await this.#wait(pause, signal);
      answer = await this.#post(asked, key, signal);
    }
    return answer;
  }

  async #post(asked: ChatRequest, key: string, signal: AbortSignal): Promise<Answer> {
    const { model, turns, user, conversation } = asked;
    const metadata = this.#withoutMetadata.has(targetOf(asked)) ? {} : { metadata: { user_id: user, conversation_id: conversation } };
    const body = JSON.stringify({ model, messages: turns, ...metadata });
    const answer = await request(chatUrl(this.#options.baseUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'user-agent': 'flashback-ai-gateway' },
      body,
      signal,
    });
    let text = '';
    for await (const chunk of answer.body.setEncoding('utf8')) {
      text += String(chunk);
      if (text.length > MAX_ANSWER) return TOO_LONG;
    }
    return { status: answer.statusCode, body: parse(text) };
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        timer.clear();
        reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      const timer = this.#options.clock.setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}

function targetOf({ repository, model }: ChatRequest): string {
  return `${repository.metadata.uid} ${model}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
