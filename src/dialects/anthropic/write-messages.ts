// The conversation in Anthropic's form: the system prompt apart, turns that alternate, and all results of a turn's calls at the
// start of the next one.
import { RequestError } from '../../chat/dialect.ts';
import { withoutLastThoughts } from '../../chat/last-thoughts.ts';
import type { Losses } from '../../chat/losses.ts';
import type { IdRule } from '../../chat/tool-ids.ts';
import { withLegalIds } from '../../chat/tool-ids.ts';
import type { Message } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import { assistantParams, textParam, userParams, type Param } from './write-content.ts';

const IDS: IdRule = {
  legal: /^[a-zA-Z0-9_-]{1,128}$/,
  make: (index) => `toolu_${String(index).padStart(24, '0')}`,
};

export interface Turn {
  role: 'user' | 'assistant' | 'system';
  content: Param[];
}

export interface Conversation {
  system: Param[];
  messages: Turn[];
}

function systemParams(message: Message, losses: Losses): Param[] {
  return message.content.flatMap((block, index) => {
    if (block.type === 'text') return textParam(block, `${message.at}.content[${index}]`, losses);
    if (block.type === 'other' && block.dialect === 'anthropic' && isObject(block.value)) return [block.value];
    losses.add(`${message.at}.content[${index}]`);
    return [];
  });
}

function turnOf(message: Message, losses: Losses): Turn {
  if (message.role === 'system') return { role: 'system', content: systemParams(message, losses) };
  const write = message.role === 'assistant' ? assistantParams : userParams;
  return {
    role: message.role,
    content: message.content.flatMap((block, index) => write(block, `${message.at}.content[${index}]`, losses)),
  };
}

/**
 * Instructions in the middle of a conversation are taken only between a user's turn and the model's, and only by some models;
 * elsewhere they become words of the user, at their place.
 */
function placeSystem(turns: readonly Turn[], isTaken: boolean): Turn[] {
  return turns.map((turn, index) => {
    if (turn.role !== 'system') return turn;
    const before = turns.slice(0, index).findLast(({ role }) => role !== 'system');
    const after = turns.slice(index + 1).find(({ role }) => role !== 'system');
    const fits = before?.role === 'user' && (after === undefined || after.role === 'assistant');
    return isTaken && fits ? turn : { ...turn, role: 'user' };
  });
}

function mergeNeighbours(turns: readonly Turn[]): Turn[] {
  const merged: Turn[] = [];
  for (const { role, content } of turns) {
    const last = merged.at(-1);
    if (last?.role === role) last.content.push(...content);
    else merged.push({ role, content: [...content] });
  }
  return merged;
}

/** Anthropic looks for results before anything else in the turn. */
function resultsFirst(turn: Turn): Turn {
  if (turn.role !== 'user') return turn;
  const isResult = ({ type }: Param): boolean => type === 'tool_result';
  return { role: 'user', content: [...turn.content.filter(isResult), ...turn.content.filter((param) => !isResult(param))] };
}

/** The start of the answer, where the conversation ends with one, must not end in white space. */
function trimPrefill(turns: Turn[]): Turn[] {
  const last = turns.at(-1);
  const param = last?.content.at(-1);
  if (last?.role === 'assistant' && param?.['type'] === 'text') param['text'] = String(param['text']).trimEnd();
  return turns;
}

/** Where nobody has said a word yet, the last of the instructions has to be what the user says. Taken out of `system`. */
function instructionAsTurn(system: Param[][], messages: readonly Message[]): Turn {
  const last = system.findLastIndex((params) => params.length > 0);
  if (last !== -1) return { role: 'user', content: system.splice(last, 1)[0]! };
  const at = messages[0]?.at ?? 'messages';
  throw new RequestError(at, `${at} holds nothing that the provider of this model can take; give it text.`);
}

export function writeConversation(given: readonly Message[], takesMidSystem: boolean, losses: Losses): Conversation {
  const messages = withoutLastThoughts(withLegalIds(given, IDS), 'anthropic', losses);
  for (const { name, at } of messages) if (name !== undefined) losses.add(`${at}.name`);
  const firstOther = messages.findIndex(({ role }) => role !== 'system');
  const leading = firstOther === -1 ? messages.length : firstOther;
  const system = messages.slice(0, leading).map((message) => systemParams(message, losses));
  const turns = messages.slice(leading).map((message) => turnOf(message, losses));
  const filled = turns.filter(({ content }) => content.length > 0);
  const placed = placeSystem(filled, takesMidSystem);
  if (placed.length === 0) placed.unshift(instructionAsTurn(system, messages));
  return { system: system.flat(), messages: trimPrefill(mergeNeighbours(placed).map(resultsFirst)) };
}
