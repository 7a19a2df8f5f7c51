// A whole Converse answer.
import type { ChatAnswer } from '../../chat/answer.ts';
import type { Block } from '../../chat/request.ts';
import { readCitation } from './citation.ts';
import { readFinish } from './finish.ts';
import { asList, asRecord, asText, member, type Json } from './json.ts';
import { readUsage } from './usage.ts';

function readReasoning(content: Json): Block[] {
  const redacted = asText(content['redactedContent']);
  if (redacted !== undefined) return [{ type: 'reasoning', text: '', redacted: true, signature: { dialect: 'bedrock', value: redacted } }];
  const thought = member(content, 'reasoningText');
  const text = asText(thought?.['text']) ?? '';
  const value = asText(thought?.['signature']) ?? '';
  // Some models send a thought with nothing in it.
  if (text === '' && value === '') return [];
  return [{ type: 'reasoning', text, ...(value === '' ? {} : { signature: { dialect: 'bedrock', value } }) }];
}

/** Arguments as JSON text. */
function inputOf(input: unknown): string {
  if (typeof input === 'string' && input.trim() !== '') return input;
  return JSON.stringify(asRecord(input) ?? {});
}

function readCitations(content: Json): Block {
  const text = asList(content['content']).map((part) => asText(asRecord(part)?.['text']) ?? '').join('');
  return { type: 'text', text, citations: asList(content['citations']).map(readCitation) };
}

/** An image that came out, or undefined where it has no bytes. */
export function imageOf(format: unknown, bytes: unknown): Block | undefined {
  if (typeof bytes !== 'string' || bytes === '') return undefined;
  return { type: 'image', source: { type: 'base64', mediaType: `image/${asText(format) ?? 'png'}`, data: bytes } };
}

function readBlock(value: unknown): Block[] {
  const block = asRecord(value);
  if (block === undefined) return [];
  const text = asText(block['text']);
  if (text !== undefined) return text === '' ? [] : [{ type: 'text', text }];
  const reasoning = member(block, 'reasoningContent');
  if (reasoning !== undefined) return readReasoning(reasoning);
  const use = member(block, 'toolUse');
  // A tool with a type has run at Bedrock: nothing for the caller to do.
  if (use !== undefined && !isServerTool(use)) {
    const id = asText(use['toolUseId']) || 'tooluse';
    return [{ type: 'tool-call', id, name: asText(use['name']) ?? '', arguments: inputOf(use['input']), kind: 'function' }];
  }
  const citations = member(block, 'citationsContent');
  if (citations !== undefined) return [readCitations(citations)];
  const image = member(block, 'image');
  const read = imageOf(image?.['format'], member(image, 'source')?.['bytes']);
  if (read !== undefined) return [read];
  const kind = Object.keys(block)[0];
  return kind === undefined ? [] : [{ type: 'other', dialect: 'bedrock', kind, value: block[kind] }];
}

export function isServerTool(use: Json): boolean {
  return use['type'] === 'server_tool_use';
}

export function readAnswer(json: unknown): ChatAnswer {
  const answer = asRecord(json);
  const message = member(member(answer, 'output'), 'message');
  if (answer === undefined || message === undefined) throw new Error('the answer has no output.message');
  const content = asList(message['content']).flatMap(readBlock);
  const usage = readUsage(answer['usage']);
  const serviceTier = asText(member(answer, 'serviceTier')?.['type']);
  return {
    id: '',
    model: '',
    choices: [{ content, ...readFinish(answer, content.some(({ type }) => type === 'tool-call')) }],
    ...(usage === undefined ? {} : { usage }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
  };
}
