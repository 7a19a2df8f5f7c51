// Token counts in the OpenAI dialect, read from the last bytes of an answer instead of from every event.
import type { Usage } from '../../chat/answer.ts';
import { CLOSE_BRACE, CLOSE_BRACKET, COLON, isSpace, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipTextString } from '../json-bytes.ts';

const KEY = Buffer.from('"usage"');
/** Each costs a walk to the end of the tail. */
const MAX_CANDIDATES = 16;
/** Of a usage object, in bytes. */
const MAX_LENGTH = 4096;

interface RawUsage {
  prompt_tokens?: unknown;
  completion_tokens?: unknown;
  total_tokens?: unknown;
  prompt_tokens_details?: { cached_tokens?: unknown } | null;
  completion_tokens_details?: { reasoning_tokens?: unknown } | null;
  input_tokens?: unknown;
  output_tokens?: unknown;
}

/** `text`: prompt_tokens and completion_tokens, of chats and embeddings. `media`: input_tokens and output_tokens, of images and sound. */
export type UsageNames = 'text' | 'media';

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** Where the object begins, or -1: streams say `"usage":null` with every event, and those are passed over. */
function objectAfter(tail: Buffer, from: number): number {
  let offset = from;
  while (tail[offset] === COLON || isSpace(tail[offset])) offset++;
  return tail[offset] === OPEN_BRACE ? offset : -1;
}

/**
 * Where the first object of `text` ends (-1: not in the text), and how many objects and arrays are still open around it:
 * as many as are closed after it and not opened.
 */
function measure(text: string): { end: number; depth: number } {
  let end = -1;
  let depth = 0;
  let outermost = 0;
  let index = 0;
  while (index < text.length) {
    const char = text.charCodeAt(index);
    if (char === QUOTE) {
      index = skipTextString(text, index);
      continue;
    }
    index++;
    if (char === OPEN_BRACE || char === OPEN_BRACKET) depth++;
    else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) {
      if (--depth === 0 && end === -1) end = index;
      outermost = Math.min(outermost, depth);
    }
  }
  return { end, depth: -outermost };
}

function parseUsage(json: string, names: UsageNames): Usage | undefined {
  try {
    const raw = JSON.parse(json) as RawUsage;
    return toUsage(names === 'text' ? raw : { prompt_tokens: raw.input_tokens, completion_tokens: raw.output_tokens });
  } catch {
    return undefined;
  }
}

/**
 * Puts raw counts into one convention. xAI leaves reasoning out of completion_tokens; its total tells: there it is the
 * sum of all three.
 */
function toUsage(raw: RawUsage): Usage | undefined {
  if (typeof raw.prompt_tokens !== 'number') return undefined;
  const inputTokens = count(raw.prompt_tokens);
  const completion = count(raw.completion_tokens);
  const reasoningTokens = count(raw.completion_tokens_details?.reasoning_tokens);
  const reasoningApart = reasoningTokens > 0 && count(raw.total_tokens) === inputTokens + completion + reasoningTokens;
  return {
    inputTokens,
    outputTokens: reasoningApart ? completion + reasoningTokens : completion,
    cachedInputTokens: count(raw.prompt_tokens_details?.cached_tokens),
    reasoningTokens,
  };
}

/**
 * The last usage object in `tail` that no other one contains: Groq's compound models follow it by a breakdown whose parts
 * have usage of their own. A `"usage"` inside the model's text cannot be mistaken for it, because quotes in JSON
 * strings are escaped. Counts that are cumulative over a stream come out right, since the last one wins.
 */
export function readOpenAiUsage(tail: Buffer, names: UsageNames = 'text'): Usage | undefined {
  let best: { usage: Usage; depth: number } | undefined;
  let candidates = 0;
  for (let at = tail.lastIndexOf(KEY); at !== -1 && candidates < MAX_CANDIDATES; at = at === 0 ? -1 : tail.lastIndexOf(KEY, at - 1)) {
    const open = objectAfter(tail, at + KEY.length);
    if (open === -1) continue;
    candidates++;
    const text = tail.toString('latin1', open);
    const { end, depth } = measure(text);
    const usage = end === -1 || end > MAX_LENGTH ? undefined : parseUsage(text.slice(0, end), names);
    if (usage === undefined) continue;
    if (best === undefined || depth < best.depth) best = { usage, depth };
    if (depth <= 1) break;
  }
  return best?.usage;
}
