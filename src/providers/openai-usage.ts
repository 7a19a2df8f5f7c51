// Token counts in the OpenAI dialect, read from the last bytes of an answer instead of from every event.
import { CLOSE_BRACE, CLOSE_BRACKET, COLON, isSpace, OPEN_BRACE, OPEN_BRACKET, QUOTE, skipString } from './json-bytes.ts';
import type { Usage } from './provider.ts';

const KEY = Buffer.from('"usage"');
/** Each costs a walk to the end of the tail. */
const MAX_CANDIDATES = 16;

interface RawUsage {
  prompt_tokens?: unknown;
  completion_tokens?: unknown;
  total_tokens?: unknown;
  prompt_tokens_details?: { cached_tokens?: unknown } | null;
  completion_tokens_details?: { reasoning_tokens?: unknown } | null;
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** End of the object that starts at `open`, or -1. Strings in usage objects hold no braces in any known provider. */
function objectEnd(text: string, open: number): number {
  let depth = 0;
  for (let index = open; index < text.length; index++) {
    if (text[index] === '{') depth++;
    else if (text[index] === '}' && --depth === 0) return index + 1;
  }
  return -1;
}

/** Streams say `"usage":null` with every event: those are passed over without a look at their text. */
function isFollowedByObject(tail: Buffer, from: number): boolean {
  let offset = from;
  while (tail[offset] === COLON || isSpace(tail[offset])) offset++;
  return tail[offset] === OPEN_BRACE;
}

function parseUsage(tail: Buffer, keyAt: number): Usage | undefined {
  const text = tail.toString('latin1', keyAt + KEY.length, Math.min(tail.length, keyAt + 4096));
  const open = /^\s*:\s*\{/.exec(text);
  if (open === null) return undefined;
  const end = objectEnd(text, open[0].length - 1);
  if (end === -1) return undefined;
  try {
    return toUsage(JSON.parse(text.slice(open[0].length - 1, end)) as RawUsage);
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

/** How many objects around `at` are still open there: closing brackets from there to the end that open before it. */
function depthAt(tail: Buffer, at: number): number {
  let depth = 0;
  let outermost = 0;
  let index = at;
  while (index < tail.length) {
    const byte = tail[index];
    if (byte === QUOTE) {
      index = skipString(tail, index);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) outermost = Math.min(outermost, --depth);
    index++;
  }
  return -outermost;
}

/**
 * The last usage object in `tail` that no other one contains: Groq's compound models follow it by a breakdown whose parts
 * have usage of their own. A `"usage"` inside the model's text cannot be mistaken for it, because quotes in JSON
 * strings are escaped. Counts that are cumulative over a stream come out right, since the last one wins.
 */
export function readOpenAiUsage(tail: Buffer): Usage | undefined {
  let best: { usage: Usage; depth: number } | undefined;
  let candidates = 0;
  for (let at = tail.lastIndexOf(KEY); at !== -1 && candidates < MAX_CANDIDATES; at = at === 0 ? -1 : tail.lastIndexOf(KEY, at - 1)) {
    if (!isFollowedByObject(tail, at + KEY.length)) continue;
    candidates++;
    const usage = parseUsage(tail, at);
    if (usage === undefined) continue;
    const depth = depthAt(tail, at);
    if (best === undefined || depth < best.depth) best = { usage, depth };
    if (depth <= 1) break;
  }
  return best?.usage;
}
