// https://platform.claude.com/docs/en/api/messages
import { asJson, asList, asNumber, asText, type Json } from '../said.ts';
import { check, checkNames, checkPairs, checkSchema, filled, isBlank, isObject, namesOf } from './rules.ts';

const ROLES: Readonly<Record<string, readonly string[]>> = {
  user: ['text', 'image', 'document', 'tool_result', 'search_result', 'container_upload'],
  assistant: ['text', 'thinking', 'redacted_thinking', 'tool_use', 'server_tool_use', 'web_search_tool_result'],
};
const IMAGES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

const blocksOf = (content: unknown): Json[] => (typeof content === 'string' ? [{ type: 'text', text: content }] : asList(content));

function checkSource(block: Json, at: string): string[] {
  const source = asJson(block['source']);
  const media = asText(source['media_type']);
  switch (source['type']) {
    case 'base64':
      return check(block['type'] === 'image' ? IMAGES.includes(media) : media === 'application/pdf', `${at}: media type ${media}`);
    case 'text':
      return check(block['type'] === 'document' && !isBlank(source['data']), `${at}: text of a document`);
    case 'url':
      return check(/^https?:/.test(asText(source['url'])), `${at}: url`);
    case 'file':
      return check(!isBlank(source['file_id']), `${at}: file_id`);
    case 'content':
      return [];
    default:
      return [`${at}: source ${String(source['type'])}`];
  }
}

function checkBlock(block: Json, at: string): string[] {
  switch (block['type']) {
    case 'text':
      return check(!isBlank(block['text']), `${at}: blank text`);
    case 'image':
    case 'document':
      return checkSource(block, at);
    case 'tool_use':
      return [
        ...check(/^[a-zA-Z0-9_-]{1,64}$/.test(asText(block['id'])), `${at}: id ${asText(block['id'])}`),
        ...check(!isBlank(block['name']) && isObject(block['input']), `${at}: tool_use`),
      ];
    case 'tool_result':
      return blocksOf(block['content']).flatMap((part, index) => [
        ...check(
          ['text', 'image', 'document', 'search_result'].includes(asText(part['type'])),
          `${at}: result with ${asText(part['type'])}`,
        ),
        ...(typeof block['content'] === 'string' ? [] : checkBlock(part, `${at}.content[${index}]`)),
      ]);
    case 'thinking':
      return check(!isBlank(block['signature']), `${at}: thinking without signature`);
    default:
      return [];
  }
}

function checkMessage(message: Json, at: string, isLast: boolean): string[] {
  const role = asText(message['role']);
  const blocks = blocksOf(message['content']);
  const firstOther = blocks.findIndex(({ type }) => type !== 'tool_result');
  const lastResult = blocks.findLastIndex(({ type }) => type === 'tool_result');
  const end = asText(blocks.at(-1)?.['text']);
  return [
    ...check(role in ROLES, `${at}: role ${role}`),
    ...check(filled(blocks), `${at}: no content`),
    ...blocks.flatMap((block, index) => [
      ...check((ROLES[role] ?? []).includes(asText(block['type'])), `${at}: ${asText(block['type'])} in role ${role}`),
      ...checkBlock(block, `${at}.content[${index}]`),
    ]),
    ...check(firstOther === -1 || lastResult < firstOther, `${at}: results must come first`),
    ...check(!isLast || role === 'user' || end === end.trimEnd(), `${at}: the last message ends in white space`),
  ];
}

function checkOptions(body: Json): string[] {
  const thinking = asJson(body['thinking']);
  const budget = asNumber(thinking['budget_tokens']);
  const isThinking = thinking['type'] === 'enabled';
  const choice = asJson(body['tool_choice']);
  const stops = asList(body['stop_sequences']).length === 0 ? [] : (body['stop_sequences'] as unknown[]);
  const marks = JSON.stringify(body).split('"cache_control":').length - 1;
  return [
    ...check(Number.isInteger(body['max_tokens']) && asNumber(body['max_tokens']) > 0, 'max_tokens'),
    ...check(!isThinking || (budget >= 1024 && budget < asNumber(body['max_tokens'])), `thinking: budget ${budget}`),
    ...check(!isThinking || [undefined, 1].includes(body['temperature'] as number), 'thinking with temperature'),
    ...check(!isThinking || body['top_k'] === undefined, 'thinking with top_k'),
    ...check(!isThinking || ['auto', 'none', undefined].includes(choice['type'] as string), 'thinking with a forced tool'),
    ...check(asNumber(body['temperature']) <= 1, 'temperature'),
    ...check(choice['type'] === undefined || ['auto', 'any', 'tool', 'none'].includes(asText(choice['type'])), 'tool_choice'),
    ...check(body['tool_choice'] === undefined || filled(body['tools']), 'tool_choice without tools'),
    ...check(!stops.some(isBlank), 'blank stop sequence'),
    ...check(marks <= 4, `${marks} cache marks`),
  ];
}

export function validateAnthropic(body: Json): string[] {
  const messages = asList(body['messages']);
  const tools = asList(body['tools']);
  const turns = messages.map(({ role, content }) => ({ role: asText(role), blocks: blocksOf(content) }));
  const idOf =
    (type: string, name: string) =>
    (block: Json): string | undefined =>
      block['type'] === type ? asText(block[name]) : undefined;
  return [
    ...check(!isBlank(body['model']), 'no model'),
    ...check(messages[0]?.['role'] === 'user', 'the first message is not of the user'),
    ...messages.flatMap((message, index) => checkMessage(message, `messages[${index}]`, index === messages.length - 1)),
    ...blocksOf(body['system']).flatMap((block, index) => checkBlock(block, `system[${index}]`)),
    ...checkPairs(turns, idOf('tool_use', 'id'), idOf('tool_result', 'tool_use_id')),
    ...checkNames(
      namesOf(tools, ({ name }) => name),
      /^[a-zA-Z0-9_-]{1,128}$/,
    ),
    ...tools
      .filter(({ type }) => type === undefined || type === 'custom')
      .flatMap((tool) => checkSchema(tool['input_schema'], `tool ${asText(tool['name'])}`)),
    ...checkOptions(body),
  ];
}
