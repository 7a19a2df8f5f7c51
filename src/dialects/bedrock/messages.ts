// The conversation as Converse takes it: system text apart, user and assistant in turns, all results of a turn in one message.
import type { Message } from '../../chat/request.ts';
import { withLegalIds } from '../../chat/tool-ids.ts';
import { writeBlock, type ContentTarget } from './content.ts';
import type { Json } from './json.ts';

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
    if (block.type === 'text') return writeBlock(block, where, target);
    target.context.losses.add(where);
    return [];
  });
}

export function writeConversation(messages: readonly Message[], target: ContentTarget): Conversation {
  const system: Json[] = [];
  const turns: Turn[] = [];
  const used = new Set<string>();
  for (const message of withLegalIds(messages, TOOL_USE_IDS)) {
    const { role, content, name, at } = message;
    if (name !== undefined) target.context.losses.add(`${at}.name`);
    if (role === 'system') {
      system.push(...writeSystem(message, target));
      continue;
    }
    for (const block of content) if (block.type === 'tool-call') used.add(block.name);
    const written = content.flatMap((block, index) => writeBlock(block, `${at}.content[${index}]`, target));
    if (written.length === 0) continue;
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...written);
    else turns.push({ role, content: written });
  }
  return { system, turns: turns.map(finish), used };
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
