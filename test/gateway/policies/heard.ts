// What a caller hears on a surface, whole or streamed: each text put together from its pieces as an SDK does, and how it ended.
import { expect } from 'vitest';
import { isObject, type Json } from '../../../src/chat/json.ts';
import type { Said } from './stage.ts';

export interface Heard {
  /** By the number of the choice and what the text is: `0 text`, `0 thought`, `0 arguments`, `0 refusal`. Empty ones are left out. */
  texts: Record<string, string>;
  /** Each reason that was told for an end, in order, in the words of the surface. */
  endings: string[];
  /** Whatever any event says in one place, put together. A text that is told twice stands here twice. */
  everything: string[];
}

export type Form = 'chat' | 'completions' | 'responses' | 'messages' | 'generateContent' | 'array';

class Telling {
  readonly texts = new Map<string, string>();
  readonly endings: string[] = [];

  say(choice: unknown, what: string, text: unknown): void {
    if (typeof text !== 'string' || text === '') return;
    const key = `${String(choice ?? 0)} ${what}`;
    this.texts.set(key, (this.texts.get(key) ?? '') + text);
  }

  end(reason: unknown): void {
    if (reason !== undefined && reason !== null) this.endings.push(String(reason));
  }
}

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter((one) => isObject(one)) : []);
const inner = (json: Json, name: string): Json => (isObject(json[name]) ? json[name] : {});

function hearChat(json: Json, told: Telling): void {
  for (const choice of listOf(json['choices'])) {
    const { index } = choice;
    const said = { ...inner(choice, 'message'), ...inner(choice, 'delta') };
    told.say(index, 'text', said['content']);
    told.say(index, 'refusal', said['refusal']);
    told.say(index, 'thought', said['reasoning_content'] ?? said['reasoning']);
    for (const call of listOf(said['tool_calls'])) told.say(index, 'arguments', inner(call, 'function')['arguments']);
    told.end(choice['finish_reason']);
  }
}

function hearCompletion(json: Json, told: Telling): void {
  for (const choice of listOf(json['choices'])) {
    told.say(choice['index'], 'text', choice['text']);
    told.end(choice['finish_reason']);
  }
}

const DELTAS: Record<string, string> = {
  'response.output_text.delta': 'text',
  'response.refusal.delta': 'refusal',
  'response.reasoning_text.delta': 'thought',
  'response.reasoning_summary_text.delta': 'thought',
  'response.function_call_arguments.delta': 'arguments',
};
const PARTS: Record<string, string> = { output_text: 'text', refusal: 'refusal', reasoning_text: 'thought', summary_text: 'thought' };

/** What it says once more in its last event is the same as its deltas said. */
function hearResponse(json: Json, told: Telling): void {
  const type = String(json['type'] ?? '');
  if (DELTAS[type] !== undefined) return told.say(0, DELTAS[type], json['delta']);
  const response = type === '' || json['object'] === 'response' ? json : inner(json, 'response');
  if (!['completed', 'incomplete', 'failed'].includes(String(response['status']))) return undefined;
  const whole = new Telling();
  for (const item of listOf(response['output'])) {
    for (const part of [...listOf(item['content']), ...listOf(item['summary'])]) whole.say(0, PARTS[String(part['type'])] ?? 'unknown', part['text'] ?? part['refusal']);
    whole.say(0, 'arguments', item['arguments']);
  }
  const isStream = type.startsWith('response.');
  for (const [key, text] of whole.texts) if (!isStream || told.texts.get(key) !== text) told.say(...(key.split(' ') as [string, string]), text);
  const { reason } = inner(response, 'incomplete_details');
  told.end(reason === undefined ? response['status'] : `${String(response['status'])} ${String(reason)}`);
  return undefined;
}

function hearMessage(json: Json, told: Telling): void {
  const { type } = json;
  const delta = inner(json, 'delta');
  if (type === 'content_block_delta') {
    told.say(0, 'text', delta['text']);
    told.say(0, 'thought', delta['thinking']);
    told.say(0, 'arguments', delta['partial_json']);
  }
  if (type === 'message_delta') told.end(delta['stop_reason']);
  const blocks = type === 'content_block_start' ? [inner(json, 'content_block')] : listOf((type === 'message_start' ? inner(json, 'message') : json)['content']);
  for (const block of blocks) {
    told.say(0, 'text', block['text']);
    told.say(0, 'thought', block['thinking']);
    if (isObject(block['input']) && Object.keys(block['input']).length > 0) told.say(0, 'arguments', JSON.stringify(block['input']));
  }
  if (type === 'message') told.end(json['stop_reason']);
}

function hearCandidates(json: Json, told: Telling): void {
  for (const candidate of listOf(json['candidates'])) {
    for (const part of listOf(inner(candidate, 'content')['parts'])) {
      told.say(candidate['index'], part['thought'] === true ? 'thought' : 'text', part['text']);
      if (isObject(part['functionCall'])) told.say(candidate['index'], 'arguments', JSON.stringify(part['functionCall']['args']));
    }
    told.end(candidate['finishReason']);
  }
}

const HEARING: Record<Form, (json: Json, told: Telling) => void> = {
  chat: hearChat,
  completions: hearCompletion,
  responses: hearResponse,
  messages: hearMessage,
  generateContent: hearCandidates,
  array: hearCandidates,
};
const IS_DONE: Partial<Record<Form, (events: readonly string[]) => boolean>> = {
  chat: (events) => events.at(-1) === '[DONE]',
  completions: (events) => events.at(-1) === '[DONE]',
  responses: (events) => /^\{"type":"response\.(?:completed|incomplete|failed)"/.test(events.at(-1) ?? ''),
  messages: (events) => /^\{"type":"(?:message_stop"\}$|error")/.test(events.at(-1) ?? ''),
};

/** Payloads of a stream. Throws where it is not over as its surface ends streams, or where something stands behind that. */
function eventsOf(form: Form, body: string): unknown[] {
  if (form === 'array') return JSON.parse(body) as unknown[];
  const lines = body.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith(':') && !line.startsWith('event: '));
  const events = lines.map((line) => /^data: (.*)$/.exec(line)?.[1] ?? `no event: ${line}`);
  if (IS_DONE[form]?.(events) === false) throw new Error(`it is not over: ${body.slice(-300)}`);
  return events.filter((event) => event !== '[DONE]').map((event) => JSON.parse(event) as unknown);
}

/** Strings by where they stand. What numbers a block makes another place. */
function collect(json: unknown, at: string, into: Map<string, string>): void {
  if (typeof json === 'string') into.set(at, (into.get(at) ?? '') + json);
  else if (typeof json === 'object' && json !== null) {
    const own = json as Json;
    const number = Array.isArray(json) ? '' : ['index', 'output_index', 'content_index'].map((name) => own[name] ?? '').join('.');
    for (const [name, value] of Object.entries(json)) {
      collect(name, `${at} names`, into);
      collect(value, `${at}${number}/${name}`, into);
    }
  }
}

/** Throws where the body is not what its surface promises. */
export function heardIn(form: Form, stream: boolean, body: string): Heard {
  const payloads = stream ? eventsOf(form, body) : [JSON.parse(body) as unknown];
  const told = new Telling();
  const everything = new Map<string, string>();
  for (const payload of payloads) {
    if (!isObject(payload)) throw new Error(`no event: ${JSON.stringify(payload)}`);
    HEARING[form](payload, told);
    collect(payload, typeof payload['type'] === 'string' ? payload['type'] : '', everything);
  }
  return { texts: Object.fromEntries(told.texts), endings: told.endings, everything: [...everything.values()] };
}

const CALLS: Record<Form, [words: string, call: string]> = {
  chat: ['stop', 'tool_calls'],
  completions: ['stop', 'stop'],
  responses: ['completed', 'completed'],
  messages: ['end_turn', 'tool_use'],
  generateContent: ['STOP', 'STOP'],
  array: ['STOP', 'STOP'],
};
/** How an answer ends of its own accord. */
export const ownEnd = (form: Form, isCall: boolean): string => CALLS[form][isCall ? 1 : 0];
/** How one ends that a policy has stopped under way. */
export const STOPPED: Record<Form, string> = {
  chat: 'content_filter',
  completions: 'content_filter',
  responses: 'incomplete content_filter',
  messages: 'refusal',
  generateContent: 'SAFETY',
  array: 'SAFETY',
};

/** As the texts of an answer follow one another. */
const ORDER = ['thought', 'text', 'arguments'] as const;

export const asHeard = (said: Said): Heard['texts'] => Object.fromEntries(ORDER.flatMap((what) => (said[what] === undefined ? [] : [[`0 ${what}`, said[what]]])));

/** Fails unless a stream was stopped, and nothing was heard but what stands before an offset of one text of the answer. */
export function expectCut({ texts, endings }: Heard, form: Form, said: Said, target: keyof Said, offset: number): void {
  for (const [key, text] of Object.entries(texts)) {
    // A call of Responses that is cut before its arguments ends with empty ones.
    if (form === 'responses' && key === '0 arguments' && text === '{}') continue;
    const what = ORDER.find((one) => key === `0 ${one}`)!;
    const mayBe = ORDER.indexOf(what) > ORDER.indexOf(target) ? '' : what === target ? said[what]!.slice(0, offset) : said[what]!;
    expect([key, mayBe.slice(0, text.length)]).toEqual([key, text]);
  }
  expect(endings).toEqual([STOPPED[form]]);
}
