// A whole answer of a server.
import type { ChatAnswer, Choice } from '../../chat/answer.ts';
import type { Block, Citation, ReasoningBlock, TextBlock, ToolCallBlock } from '../../chat/request.ts';
import { isObject, type Json } from '../../chat/json.ts';
import { readAnswerError } from './answer-error.ts';
import { readFinish } from './finish.ts';
import {
  choiceIndex,
  listOf,
  readArguments,
  readAudio,
  readCitation,
  readContentWords,
  readImages,
  readSources,
  readThoughtWords,
  textOf,
  type Words,
} from './message-values.ts';
import { fieldSignature, readOwnExtraContent, readOwnReasoningDetail } from './signatures.ts';
import { readUsage } from './usage.ts';

function readCall(value: unknown, index: number): ToolCallBlock | undefined {
  if (!isObject(value)) return undefined;
  const custom = isObject(value['custom']) ? value['custom'] : undefined;
  const body = custom ?? (isObject(value['function']) ? value['function'] : {});
  const name = textOf(body['name']);
  if (name === '') return undefined;
  const signature = readOwnExtraContent(value['extra_content']);
  return {
    type: 'tool-call',
    id: textOf(value['id']) || `call_${index}`,
    name,
    kind: custom === undefined ? 'function' : 'custom',
    arguments: custom === undefined ? readArguments(body['arguments']).trim() || '{}' : textOf(custom['input']),
    ...(signature === undefined ? {} : { signature }),
  };
}

function readCalls(message: Json): ToolCallBlock[] {
  const calls = listOf(message['tool_calls']).map(readCall).filter((call) => call !== undefined);
  const older = calls.length === 0 ? readCall({ function: message['function_call'] }, 0) : undefined;
  return older === undefined ? calls : [older];
}

function blockOf(words: Words): ReasoningBlock | TextBlock {
  if (words.type === 'text') return words;
  return { type: 'reasoning', text: words.text, signature: fieldSignature(words.field) };
}

function readThoughts(message: Json): ReasoningBlock[] {
  const details = listOf(message['reasoning_details']).map(readOwnReasoningDetail).filter((block) => block !== undefined);
  if (details.length > 0) return details;
  const words = readThoughtWords(message);
  return words === undefined ? [] : [{ type: 'reasoning', text: words.text, signature: fieldSignature(words.field) }];
}

/** Thoughts come before what they led to, wherever the server has them. */
function readBlocks(message: Json): Block[] {
  const refusal = textOf(message['refusal']);
  const words = readContentWords(message['content']).filter(({ text }) => text !== '');
  return [
    ...readThoughts(message),
    ...words.map(blockOf),
    ...(refusal === '' ? [] : [{ type: 'refusal', text: refusal } as const]),
    ...readImages(message),
    ...readAudio(message),
    ...readCalls(message),
  ];
}

function cite(blocks: readonly Block[], citations: readonly Citation[]): Block[] {
  const at = blocks.findIndex(({ type }) => type === 'text');
  if (at === -1 || citations.length === 0) return [...blocks];
  return blocks.map((block, index) => (index === at && block.type === 'text' ? { ...block, citations: [...citations] } : block));
}

function sign(blocks: readonly Block[], message: Json): Block[] {
  const signature = readOwnExtraContent(message['extra_content']);
  if (signature === undefined) return [...blocks];
  const at = blocks.findLastIndex(({ type }) => type === 'text');
  if (at === -1) return [{ type: 'text', text: '', signature }, ...blocks];
  return blocks.map((block, index) => (index === at && block.type === 'text' ? { ...block, signature } : block));
}

function readChoice(choice: Json, sources: readonly Citation[]): Choice {
  const message = isObject(choice['message']) ? choice['message'] : {};
  const annotations = listOf(message['annotations']).map(readCitation).filter((citation) => citation !== undefined);
  const content = sign(cite(readBlocks(message), annotations.length > 0 ? annotations : sources), message);
  const hasCalls = content.some(({ type }) => type === 'tool-call');
  const hasRefusal = content.some(({ type }) => type === 'refusal');
  const logprobs = choice['logprobs'];
  return {
    content,
    finish: readFinish(choice['finish_reason'], { hasCalls, hasRefusal }),
    ...(isObject(logprobs) ? { logprobs } : {}),
  };
}

/** @throws Error when it is no answer. */
export function readAnswer(json: unknown): ChatAnswer {
  const error = readAnswerError(json);
  if (error !== undefined) throw new Error(`The provider answered with an error: ${error.message}`);
  if (!isObject(json) || !Array.isArray(json['choices'])) throw new Error('The provider answered with JSON that has no list of choices.');
  const sources = readSources(json);
  const choices = json['choices'].filter(isObject).map((choice, position) => ({ choice, place: choiceIndex(choice, position) }));
  const groq = isObject(json['x_groq']) ? json['x_groq'] : {};
  const usage = readUsage(json['usage']) ?? readUsage(groq['usage']);
  const serviceTier = textOf(json['service_tier']);
  return {
    id: textOf(json['id']),
    model: textOf(json['model']),
    choices: choices.toSorted((a, b) => a.place - b.place).map(({ choice }) => readChoice(choice, sources)),
    ...(usage === undefined ? {} : { usage }),
    ...(serviceTier === '' ? {} : { serviceTier }),
  };
}
