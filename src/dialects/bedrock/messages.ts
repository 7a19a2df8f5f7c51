// The conversation as Converse takes it: system text apart, user and assistant in turns, all results of a turn in one message.
import { RequestError } from '../../chat/dialect.ts';
import { withoutLastThoughts } from '../../chat/last-thoughts.ts';
import type { Message } from '../../chat/request.ts';
import { withLegalIds } from '../../chat/tool-ids.ts';
import { writeBlock, type ContentTarget } from './content.ts';
import type { Json } from './json.ts';
import type { Model } from './model.ts';

export interface Turn {
  role: 'user' | 'assistant';
  content: Json[];
}

export interface Conversation {
  system: Json[];
  turns: Turn[];
  /** Names of the tools that were called. */
  used: Set<string>;
}

const TOOL_USE_IDS = { legal: /^[a-zA-Z0-9_-]{1,64}$/, make: (index: number): string => `tooluse_${index}` };

function has(turn: Turn, kind: string): boolean {
  return turn.content.some((block) => kind in block);
}

/** Results come before what the user says besides, each with the cache point that follows it. */
function resultsFirst(content: readonly Json[]): Json[] {
  const results: Json[] = [];
  const others: Json[] = [];
  let target = others;
  for (const block of content) {
    if (!('cachePoint' in block)) target = 'toolResult' in block ? results : others;
    target.push(block);
  }
  return [...results, ...others];
}

/** Bedrock takes a document only together with text. */
function withText(turn: Turn): Turn {
  if (!has(turn, 'document') || has(turn, 'text')) return turn;
  const name = turn.content.flatMap((block) => ('document' in block ? [(block['document'] as Json)['name']] : []))[0];
  return { ...turn, content: [...turn.content, { text: name }] };
}

function finish(turn: Turn): Turn {
  return turn.role === 'user' ? withText({ ...turn, content: resultsFirst(turn.content) }) : turn;
}

function writeSystem({ content, at }: Message, target: ContentTarget): Json[] {
  return content.flatMap((block, index) => {
    const where = `${at}.content[${index}]`;
    if (block.type === 'text') return writeBlock(block, 'system', where, target);
    target.context.losses.add(where);
    return [];
  });
}

/** Where nobody has said a word yet, the last of the instructions has to be what the user says. Taken out of `system`. */
function instructionAsTurn(system: Json[][], messages: readonly Message[]): Turn {
  const last = system.findLastIndex((blocks) => blocks.length > 0);
  if (last !== -1) return { role: 'user', content: system.splice(last, 1)[0]! };
  const at = messages[0]?.at ?? 'messages';
  throw new RequestError(at, `${at} holds nothing that the provider of this model can take; give it text.`);
}

/** Claude lets the assistant begin; models of others want a first word of the user. */
function withUserFirst(turns: Turn[], { family }: Model): Turn[] {
  if (turns[0]?.role !== 'assistant' || family === 'claude' || family === 'opaque') return turns;
  return [{ role: 'user', content: [{ text: '(The assistant speaks first.)' }] }, ...turns];
}

/** The start of the answer, where the conversation ends with one, must not end in white space. */
function trimPrefill(turns: Turn[]): Turn[] {
  const last = turns.at(-1);
  const block = last?.role === 'assistant' ? last.content.findLast((one) => !('cachePoint' in one)) : undefined;
  if (typeof block?.['text'] === 'string') block['text'] = block['text'].trimEnd();
  return turns;
}

export function writeConversation(messages: readonly Message[], target: ContentTarget): Conversation {
  const system: Json[][] = [];
  const turns: Turn[] = [];
  const used = new Set<string>();
  for (const message of withoutLastThoughts(withLegalIds(messages, TOOL_USE_IDS), 'bedrock', target.context.losses)) {
    const { role, content, name, at } = message;
    if (name !== undefined) target.context.losses.add(`${at}.name`);
    if (role === 'system') {
      system.push(writeSystem(message, target));
      continue;
    }
    for (const block of content) if (block.type === 'tool-call') used.add(block.name);
    const written = content.flatMap((block, index) => writeBlock(block, role, `${at}.content[${index}]`, target));
    if (written.length === 0) continue;
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...written);
    else turns.push({ role, content: written });
  }
  if (turns.length === 0) turns.push(instructionAsTurn(system, messages));
  return { system: system.flat(), turns: trimPrefill(withUserFirst(turns, target.model).map(finish)), used };
}

/**
 * Claude with a budget to think wants the last thing that it did to begin with a thought: callers that cannot hand thoughts back
 * would get a 400 with the first result of a tool.
 */
export function lacksThought(turns: readonly Turn[]): boolean {
  const last = turns.findLast(({ role }) => role === 'assistant');
  if (last === undefined || (!has(last, 'toolUse') && last !== turns.at(-1))) return false;
  return !('reasoningContent' in (last.content[0] ?? {}));
}
