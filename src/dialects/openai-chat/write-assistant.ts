// What the model said before, as a server takes it back.
import type { WriteContext } from '../../chat/dialect.ts';
import type { Block, Message, ReasoningBlock, ToolCallBlock } from '../../chat/request.ts';
import { takesCustomTools, type Server } from './servers.ts';
import { writeName } from './write-parts.ts';
import { ownField, writeOwnExtraContent, writeReasoningDetail } from './signatures.ts';

const isOwn = (block: ReasoningBlock): boolean => block.signature?.dialect === 'openai-chat';

/** Thoughts go back to where they came from, in the field that they came in. */
function writeThoughts(blocks: readonly ReasoningBlock[]): Record<string, unknown> {
  const details: object[] = [];
  const fields: Record<string, string> = {};
  for (const block of blocks.filter(isOwn)) {
    const field = ownField(block);
    if (field === undefined) details.push(writeReasoningDetail(block, details.length));
    else fields[field] = (fields[field] ?? '') + block.text;
  }
  return details.length === 0 ? fields : { ...fields, reasoning_details: details };
}

function writeCall({ id, name, kind, arguments: text, signature }: ToolCallBlock, isStrict: boolean, keepsCustoms: boolean): object {
  const written = kind === 'custom' && !keepsCustoms ? JSON.stringify({ input: text }) : text;
  return {
    id,
    ...(kind === 'custom' && keepsCustoms
      ? { type: 'custom', custom: { name, input: text } }
      : { type: 'function', function: { name, arguments: written } }),
    ...(isStrict || signature?.dialect !== 'openai-chat' ? {} : { extra_content: writeOwnExtraContent(signature) }),
  };
}

/** Undefined: nothing of it is left. */
export function writeAssistant(message: Message, server: Server, context: WriteContext): object | undefined {
  const { losses } = context;
  const { content, at } = message;
  // OpenAI refuses fields that it does not know.
  const isStrict = server.isOpenAi;
  const keepsCustoms = takesCustomTools(server, context);
  const texts: string[] = [];
  const calls: object[] = [];
  const thoughts: ReasoningBlock[] = [];
  let extra: object = {};
  const write = (block: Block): boolean => {
    switch (block.type) {
      case 'text':
        if (!isStrict && block.signature?.dialect === 'openai-chat') extra = { extra_content: writeOwnExtraContent(block.signature) };
        return texts.push(block.text) > 0;
      case 'refusal':
        return texts.push(block.text) > 0;
      case 'tool-call':
        return calls.push(writeCall(block, isStrict, keepsCustoms)) > 0;
      case 'reasoning':
        // Thoughts of others are no use to a server.
        return thoughts.push(block) > 0;
      default:
        return false;
    }
  };
  for (const [index, block] of content.entries()) if (!write(block)) losses.add(`${at}.content[${index}]`);
  const { thinking, ...fields } = isStrict ? {} : writeThoughts(thoughts);
  const text = texts.join('');
  const rest = { ...fields, ...extra, ...(calls.length === 0 ? {} : { tool_calls: calls }) };
  if (content.length > 0 && text === '' && thinking === undefined && Object.keys(rest).length === 0) return undefined;
  const said = text === '' && calls.length > 0 ? null : text;
  return {
    role: 'assistant',
    content: thinking === undefined ? said : writeThinking(String(thinking), text),
    ...writeName(message, losses),
    ...rest,
  };
}

/** Mistral has thoughts as a part of the content. */
function writeThinking(thinking: string, text: string): object[] {
  const part = { type: 'thinking', thinking: [{ type: 'text', text: thinking }] };
  return text === '' ? [part] : [part, { type: 'text', text }];
}
