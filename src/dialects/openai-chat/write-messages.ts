// Messages for a server: results of tools get messages of their own again.
import type { WriteContext } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { Block, Message, ToolResultBlock } from '../../chat/request.ts';
import { type IdRule, withLegalIds } from '../../chat/tool-ids.ts';
import { isObject } from '../../chat/json.ts';
import { type Extras, extrasOf, type Server } from './servers.ts';
import { writeAssistant } from './write-assistant.ts';
import { writeName, writeParts } from './write-parts.ts';

/** Mistral takes nothing but nine letters and digits, and everybody else takes those too. */
const IDS: IdRule = { legal: /^[A-Za-z0-9]{9}$/, make: (index) => `c${String(index).padStart(8, '0')}` };

interface Target {
  losses: Losses;
  extras: Extras;
}

type Parts = object[];

const isPlainText = (part: object): part is { type: 'text'; text: string } =>
  isObject(part) && part['type'] === 'text' && !Object.hasOwn(part, 'cache_control');

/** A string where that says the same: older servers know nothing else. */
function compact(parts: Parts): string | Parts {
  if (parts.length === 0) return '';
  return parts.length === 1 && isPlainText(parts[0]!) ? parts[0].text : parts;
}

/** Documents can be read here, but not cited from on demand. */
function tellCitations(block: Block, where: string, { losses }: Target): void {
  if (block.type === 'document' && block.citations === true) losses.add(`${where}.citations`);
}

/** What servers take only from a user: images and documents that a tool gave go into the message after its result. */
interface Result {
  message: object;
  others: Parts;
}

function writeResult(block: ToolResultBlock, where: string, target: Target): Result {
  const texts: string[] = [];
  const others: Parts = [];
  for (const [index, inner] of block.content.entries()) {
    if (inner.type === 'text') texts.push(inner.text);
    else {
      const parts = writeParts(inner, target.extras);
      if (parts === undefined) target.losses.add(`${where}.content[${index}]`);
      else others.push(...parts);
      tellCitations(inner, `${where}.content[${index}]`, target);
    }
  }
  const text = texts.join('\n');
  const failure = block.isError === true && !/error|fail/i.test(text) ? 'Error: ' : '';
  const said = text === '' && others.length > 0 ? 'The result is in the next message.' : failure + text;
  const message = { role: 'tool', tool_call_id: block.callId, content: said };
  const intro = { type: 'text', text: `Result of the tool call ${block.callId}:` };
  return { message, others: others.length === 0 ? [] : [intro, ...others] };
}

function partsOf(blocks: readonly (readonly [number, Block])[], at: string, target: Target): Parts {
  return blocks.flatMap(([index, block]) => {
    const parts = writeParts(block, target.extras);
    // What a user cannot have thought is no loss.
    if (parts === undefined && block.type !== 'reasoning') target.losses.add(`${at}.content[${index}]`);
    tellCitations(block, `${at}.content[${index}]`, target);
    return parts ?? [];
  });
}

interface UserTurn {
  results: object[];
  rest: object[];
}

function writeUser(message: Message, target: Target): UserTurn {
  const { at, content } = message;
  const results: Result[] = [];
  const others: [number, Block][] = [];
  for (const [index, block] of content.entries()) {
    if (block.type === 'tool-result') results.push(writeResult(block, `${at}.content[${index}]`, target));
    else others.push([index, block]);
  }
  const parts = [...results.flatMap((result) => result.others), ...partsOf(others, at, target)];
  const user = { role: 'user', content: compact(parts), ...writeName(message, target.losses) };
  return { results: results.map((result) => result.message), rest: parts.length === 0 && results.length > 0 ? [] : [user] };
}

/** Nothing may stand between the calls and the last of their results. */
function inOrder(turns: readonly UserTurn[]): object[] {
  return [...turns.flatMap(({ results }) => results), ...turns.flatMap(({ rest }) => rest)];
}

/** One text: servers refuse lists here more often than elsewhere. */
function writeSystem(message: Message, target: Target): object {
  const parts = partsOf([...message.content.entries()], message.at, target);
  const content = parts.every(isPlainText) ? parts.map(({ text }) => text).join('\n\n') : parts;
  return { role: 'system', content, ...writeName(message, target.losses) };
}

/** Results must follow the message with their calls at once, so that calls of neighbours go into one message. */
function joinCalls(before: object | undefined, after: object | undefined): object | undefined {
  if (!isObject(before) || !isObject(after) || before['role'] !== 'assistant' || after['role'] !== 'assistant') return undefined;
  if (!Array.isArray(before['tool_calls'])) return undefined;
  const joined: Record<string, unknown> = { ...before };
  for (const [key, value] of Object.entries(after)) {
    if (key === 'role' || key === 'name') continue;
    const earlier = joined[key] ?? undefined;
    if (Array.isArray(earlier) && Array.isArray(value)) joined[key] = [...earlier, ...value];
    else if (key === 'content' && Array.isArray(earlier ?? value)) return undefined;
    else if (typeof earlier === 'string' && typeof value === 'string') joined[key] = `${earlier}\n\n${value}`;
    else joined[key] = value ?? earlier ?? null;
  }
  return joined;
}

export function writeMessages(messages: readonly Message[], server: Server, context: WriteContext): object[] {
  const target: Target = { losses: context.losses, extras: extrasOf(server) };
  const written: object[] = [];
  let turns: UserTurn[] = [];
  for (const message of withLegalIds(messages, IDS)) {
    if (message.role === 'user') {
      turns.push(writeUser(message, target));
      continue;
    }
    written.push(...inOrder(turns));
    turns = [];
    const other = message.role === 'system' ? writeSystem(message, target) : writeAssistant(message, server, context);
    const joined = joinCalls(written.at(-1), other);
    if (joined !== undefined) written[written.length - 1] = joined;
    else if (other !== undefined) written.push(other);
  }
  return [...written, ...inOrder(turns)];
}
