// What an answer says, in no dialect: the terms in which a recording and what a caller hears of it are compared. Written apart
// from src/chat on purpose, and so are the readers beside this file: two readings that agree by accident are unlikely.

export type Json = Record<string, unknown>;

export type Block = { kind: 'text' | 'refusal' | 'thought'; text: string } | { kind: 'call'; name: string; args: unknown };

export interface Choice {
  blocks: Block[];
  /** In the dialect's words. */
  finish: string;
  logprobs: [token: string, logprob: number][];
}

/** In OpenAI's convention. */
export interface Tokens {
  input: number;
  output: number;
  cached: number;
  reasoning: number;
}

export interface Said {
  choices: Choice[];
  tokens: Tokens | undefined;
  /** URLs, in the order of the text. */
  cited: string[];
  signatures: string[];
  error: string | undefined;
}

export const asJson = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
export const asList = (value: unknown): Json[] => (Array.isArray(value) ? value.map(asJson) : []);
export const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
export const asNumber = (value: unknown): number => (typeof value === 'number' ? value : 0);

/** Arguments as an object; text that is no JSON stays text. */
export function parsed(text: string): unknown {
  try {
    return text.trim() === '' ? {} : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}

/** Collects one choice; text of one kind that follows itself is one block, however it came. */
export class Speech {
  readonly #blocks: Block[] = [];
  finish = '';
  readonly logprobs: [string, number][] = [];

  say(kind: 'text' | 'refusal' | 'thought', text: unknown): void {
    if (typeof text !== 'string' || text === '') return;
    const last = this.#blocks.at(-1);
    if (last?.kind === kind) last.text += text;
    else this.#blocks.push({ kind, text });
  }

  call(name: unknown, args: unknown): void {
    this.#blocks.push({ kind: 'call', name: asText(name), args });
  }

  weigh(entries: unknown): void {
    for (const { token, logprob } of asList(entries)) this.logprobs.push([asText(token), asNumber(logprob)]);
  }

  choice(): Choice {
    return { blocks: this.#blocks, finish: this.finish, logprobs: this.logprobs };
  }
}

/** The data of server-sent events, without the terminator. */
export function eventsOf(text: string): Json[] {
  return text.split(/\r\n\r\n|\n\n|\r\r/).flatMap((event) => {
    const lines = event.split(/\r\n|\n|\r/).filter((line) => line.startsWith('data:'));
    const data = lines.map((line) => line.slice(5).replace(/^ /, '')).join('\n');
    return data === '' || data.trim() === '[DONE]' ? [] : [JSON.parse(data) as Json];
  });
}

export type ReadAnswer = (body: Buffer, stream: boolean) => Said;
