// https://platform.openai.com/docs/api-reference/chat/create
import { asJson, asList, asText, type Json } from '../said.ts';
import { check, checkNames, checkPairs, checkSchema, checkStrict, filled, isBlank, isObject, namesOf, type Turn } from './rules.ts';

const PARTS: Readonly<Record<string, readonly string[]>> = {
  system: ['text'],
  developer: ['text'],
  // video_url: not at OpenAI, but at routers and servers that run models of their own.
  user: ['text', 'image_url', 'input_audio', 'file', 'video_url'],
  assistant: ['text', 'refusal'],
  tool: ['text'],
};

function checkPart(part: Json, role: string, at: string): string[] {
  const type = asText(part['type']);
  const image = asJson(part['image_url'])['url'];
  const file = asJson(part['file']);
  const audio = asJson(part['input_audio']);
  return [
    ...check((PARTS[role] ?? []).includes(type), `${at}: part ${type} in role ${role}`),
    ...(type === 'text' ? check(typeof part['text'] === 'string', `${at}: text`) : []),
    ...(type === 'image_url' ? check(/^(?:https?:|data:image\/)/.test(asText(image)), `${at}: image_url`) : []),
    ...(type === 'file' ? check('file_id' in file || /^(?:data:[\w/.+-]+;base64,|https?:)/.test(asText(file['file_data'])), `${at}: file`) : []),
    ...(type === 'input_audio' ? check(['wav', 'mp3'].includes(asText(audio['format'])), `${at}: audio format`) : []),
  ];
}

function checkMessage(message: Json, at: string): string[] {
  const { role, content } = message;
  const calls = asList(message['tool_calls']);
  const hasContent = typeof content === 'string' || filled(content);
  return [
    ...check(asText(role) in PARTS, `${at}: role ${String(role)}`),
    ...check(hasContent || (role === 'assistant' && (filled(calls) || 'refusal' in message || 'audio' in message)), `${at}: no content`),
    ...(Array.isArray(content) ? asList(content).flatMap((part) => checkPart(part, asText(role), at)) : []),
    ...check(message['tool_calls'] === undefined || filled(calls), `${at}: empty tool_calls`),
    ...calls.flatMap((call) => {
      const said = asJson(call['function']);
      return [
        ...check(!isBlank(call['id']), `${at}: call without id`),
        ...check(['function', 'custom'].includes(asText(call['type'])), `${at}: type of call`),
        ...check(call['type'] === 'custom' || (!isBlank(said['name']) && typeof said['arguments'] === 'string'), `${at}: call`),
      ];
    }),
    ...(role === 'tool' ? check(!isBlank(message['tool_call_id']), `${at}: tool_call_id`) : []),
    ...check(message['name'] === undefined || /^[a-zA-Z0-9_-]{1,64}$/.test(asText(message['name'])), `${at}: name`),
  ];
}

/** Neighbouring results are one turn. */
function turnsOf(messages: readonly Json[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const last = turns.at(-1);
    if (message['role'] === 'tool' && last?.role === 'tool') last.blocks.push(message);
    else turns.push({ role: asText(message['role']), blocks: message['role'] === 'assistant' ? asList(message['tool_calls']) : [message] });
  }
  return turns;
}

function checkTools(body: Json): string[] {
  const tools = asList(body['tools']);
  const functions = tools.filter(({ type }) => type === 'function').map((tool) => asJson(tool['function']));
  return [
    ...check(body['tools'] === undefined || filled(tools), 'empty tools'),
    ...check(
      filled(tools) || (body['tool_choice'] === undefined && body['parallel_tool_calls'] === undefined),
      'tool_choice without tools',
    ),
    ...checkNames(
      namesOf(tools, (tool) => asJson(tool['function'] ?? tool['custom'])['name']),
      /^[a-zA-Z0-9_-]{1,64}$/,
    ),
    ...functions.flatMap(({ name, parameters, strict }) => [
      ...(parameters === undefined ? [] : checkSchema(parameters, `tool ${asText(name)}`)),
      ...(strict === true ? checkStrict(parameters, `tool ${asText(name)}`) : []),
    ]),
  ];
}

function checkFormat(format: Json): string[] {
  if (format['type'] !== 'json_schema')
    return check(['text', 'json_object', undefined].includes(format['type'] as string), 'response_format');
  const { name, schema, strict } = asJson(format['json_schema']);
  return [
    ...check(/^[a-zA-Z0-9_-]{1,64}$/.test(asText(name)), 'response_format: name'),
    ...check(isObject(schema), 'response_format: schema'),
    ...(strict === true ? checkStrict(schema, 'response_format') : []),
  ];
}

export function validateChat(body: Json): string[] {
  const messages = asList(body['messages']);
  const idOf =
    (name: string) =>
    (block: Json): string | undefined =>
      typeof block[name] === 'string' ? block[name] : undefined;
  const { stop } = body;
  return [
    ...check(!isBlank(body['model']), 'no model'),
    ...check(filled(messages), 'no messages'),
    ...messages.flatMap((message, index) => checkMessage(message, `messages[${index}]`)),
    ...checkPairs(turnsOf(messages), idOf('id'), idOf('tool_call_id')),
    ...checkTools(body),
    ...checkFormat(asJson(body['response_format'])),
    ...check(!Array.isArray(stop) || (stop.length > 0 && stop.length <= 4), 'stop'),
    ...check(body['stream_options'] === undefined || body['stream'] === true, 'stream_options without stream'),
    ...check(body['max_tokens'] === undefined || body['max_completion_tokens'] === undefined, 'two limits of tokens'),
  ];
}
