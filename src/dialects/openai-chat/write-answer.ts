// A whole answer for a caller.
import type { ChatAnswer, Choice } from '../../chat/answer.ts';
import type { AnswerHead } from '../../chat/dialect.ts';
import type { Block, ToolCallBlock } from '../../chat/request.ts';
import { carry } from './carried-thoughts.ts';
import { isVague, writeFinish } from './finish.ts';
import { writeExtraContent } from './signatures.ts';
import { writeUsage } from './usage.ts';
import { isOlderCaller, writeAudio, writeCitation, writeImage, writeReasoningDetails } from './write-message.ts';

const ofType = <T extends Block['type']>(content: readonly Block[], type: T): Extract<Block, { type: T }>[] =>
  content.filter((block): block is Extract<Block, { type: T }> => block.type === type);

const orAbsent = (key: string, list: readonly object[]): object => (list.length === 0 ? {} : { [key]: list });

function writeCall({ name, kind, arguments: text, signature }: ToolCallBlock, head: AnswerHead, thoughts: readonly object[]): object {
  return {
    id: `call_${head.newId()}`,
    type: kind,
    ...(kind === 'custom' ? { custom: { name, input: text } } : { function: { name, arguments: text } }),
    ...(signature === undefined ? carry(thoughts) : { extra_content: writeExtraContent(signature) }),
  };
}

/** `thoughts`: their details. */
function writeCalls(calls: readonly ToolCallBlock[], thoughts: readonly object[], head: AnswerHead, path: string): object {
  const [first, ...others] = calls;
  if (first === undefined) return {};
  if (!isOlderCaller(head)) return { tool_calls: calls.map((call, index) => writeCall(call, head, index === 0 ? thoughts : [])) };
  for (const [index] of others.entries()) head.losses.add(`${path}.tool_calls[${index + 1}]`);
  return { function_call: { name: first.name, arguments: first.arguments } };
}

function writeAnnotations(content: readonly Block[], head: AnswerHead, path: string): object[] {
  const annotations: object[] = [];
  let start = 0;
  for (const { text, citations = [] } of ofType(content, 'text')) {
    for (const citation of citations) {
      const annotation = writeCitation(citation, { start, end: start + text.length });
      if (annotation === undefined) head.losses.add(`${path}.annotations`);
      else annotations.push(annotation);
    }
    start += text.length;
  }
  return annotations;
}

function writeMessage(content: readonly Block[], head: AnswerHead, path: string): object {
  const texts = ofType(content, 'text');
  const refusals = ofType(content, 'refusal');
  const calls = ofType(content, 'tool-call');
  const thoughts = ofType(content, 'reasoning');
  const images = content.map(writeImage).filter((image) => image !== undefined);
  const [audio] = content.map((block) => writeAudio(block, head)).filter((one) => one !== undefined);
  const signature = texts.findLast((text) => text.signature !== undefined)?.signature;
  for (const block of content) {
    if (block.type === 'other') head.losses.add(`${path}.${block.kind}`);
    else if (['document', 'video', 'tool-result'].includes(block.type)) head.losses.add(`${path}.${block.type}`);
  }
  const text = texts.map((block) => block.text).join('');
  const thought = thoughts.map((block) => block.text).join('');
  const details = writeReasoningDetails(thoughts);
  // OpenAI says null only where something else stands for the text.
  const isElsewhere = calls.length > 0 || refusals.length > 0 || audio !== undefined;
  return {
    role: 'assistant',
    content: text === '' && isElsewhere ? null : text,
    refusal: refusals.length === 0 ? null : refusals.map((block) => block.text).join(''),
    ...(thought === '' ? {} : { reasoning_content: thought }),
    ...orAbsent('reasoning_details', details),
    ...writeCalls(calls, details, head, path),
    annotations: writeAnnotations(content, head, path),
    ...orAbsent('images', images),
    ...(audio === undefined ? {} : { audio }),
    ...(signature === undefined ? {} : { extra_content: writeExtraContent(signature) }),
  };
}

function writeChoice({ content, finish, logprobs }: Choice, index: number, head: AnswerHead): object {
  const path = `choices[${index}]`;
  if (isVague(finish)) head.losses.add(`${path}.finish_reason`);
  const hasCalls = content.some(({ type }) => type === 'tool-call');
  const reason = writeFinish(finish, { hasCalls, hasRefusal: content.some(({ type }) => type === 'refusal') });
  return {
    index,
    message: writeMessage(content, head, `${path}.message`),
    logprobs: logprobs ?? null,
    finish_reason: reason === 'tool_calls' && isOlderCaller(head) ? 'function_call' : reason,
  };
}

export function writeAnswer({ choices, usage, serviceTier }: ChatAnswer, head: AnswerHead): object {
  return {
    id: `chatcmpl-${head.newId()}`,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: choices.map((choice, index) => writeChoice(choice, index, head)),
    ...(usage === undefined ? {} : { usage: writeUsage(usage) }),
    ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
  };
}
