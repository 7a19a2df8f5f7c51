// A request to the Messages API, from a caller.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type {
  Block,
  ChatOptions,
  ChatRequest,
  DocumentBlock,
  ImageBlock,
  Message,
  OutputFormat,
  ReasoningEffort,
  ReasoningOptions,
  TextBlock,
  ToolCallBlock,
  ToolResultBlock,
} from '../../chat/request.ts';
import { own, type Json } from '../../chat/json.ts';
import { asks, given, givenList, givenObject, loseOthers, needed, numberIn, objectIn, oneOf, wholeNumber, withoutUnset } from './checked.ts';
import { readContent } from './read-content.ts';
import { readCache } from './read-parts.ts';
import { readTools, readToolChoice } from './read-tools.ts';
import { refuseThread } from './thread.ts';

/** Only Anthropic has these: a writer of another dialect names them as lost. */
const OWN = ['container', 'context_management', 'mcp_servers', 'inference_geo', 'speed', 'diagnostics'];
const KNOWN = [
  'model',
  'max_tokens',
  'messages',
  'system',
  'cache_control',
  'metadata',
  'output_config',
  'output_format',
  'service_tier',
  'stop_sequences',
  'stream',
  'temperature',
  'thinking',
  'tool_choice',
  'tools',
  'top_k',
  'top_p',
];

function readMessages(body: Json, losses: Losses): Message[] {
  const list = givenList(body, 'messages', '');
  if (list === undefined || list.length === 0)
    throw new RequestError('messages', 'messages is missing; give a list of at least one message');
  const messages = list.map((value, index): Message => {
    const at = `messages[${index}]`;
    const message = objectIn(value, at);
    loseOthers(message, ['role', 'content'], at, losses);
    const role = oneOf(needed(message, 'role', 'string', at), ['user', 'assistant', 'system'], `${at}.role`);
    return { role, content: readContent(own(message, 'content'), at, losses), at };
  });
  const system = own(body, 'system') ?? undefined;
  if (system === undefined) return messages;
  if (typeof system !== 'string' && !Array.isArray(system))
    throw new RequestError('system', 'system must be a string or a list of text blocks');
  return [{ role: 'system', content: readContent(system, 'system', losses), at: 'system' }, ...messages];
}

type Markable = TextBlock | ImageBlock | DocumentBlock | ToolCallBlock | ToolResultBlock;
const MARKABLE: readonly string[] = ['text', 'image', 'document', 'tool-call', 'tool-result'] satisfies Markable['type'][];
const takesMark = (block: Block): block is Markable => MARKABLE.includes(block.type);

/** A mark on the request is one on the last block that can have it. */
function markLast(messages: readonly Message[], body: Json): void {
  const { cache } = readCache(body, '');
  const last = messages.flatMap(({ content }) => content).findLast(takesMark);
  if (cache !== undefined && last !== undefined) last.cache = cache;
}

const EFFORTS: Record<string, ReasoningEffort> = { low: 'low', medium: 'medium', high: 'high', xhigh: 'xhigh', max: 'xhigh' };

function readEffort(config: Json | undefined): ReasoningEffort | undefined {
  const effort = config === undefined ? undefined : given(config, 'effort', 'string', 'output_config');
  return effort === undefined ? undefined : EFFORTS[oneOf(effort, Object.keys(EFFORTS), 'output_config.effort')];
}

function readReasoning(body: Json, losses: Losses): ReasoningOptions | undefined {
  const effort = readEffort(givenObject(body, 'output_config', ''));
  const said = effort === undefined ? {} : { effort };
  const thinking = givenObject(body, 'thinking', '');
  if (thinking === undefined) return effort === undefined ? undefined : said;
  const at = 'thinking';
  loseOthers(thinking, ['type', 'budget_tokens', 'display'], at, losses);
  const display = given(thinking, 'display', 'string', at);
  const visible = display === undefined ? {} : { visible: display !== 'omitted' };
  const type = oneOf(String(own(thinking, 'type')), ['enabled', 'disabled', 'adaptive', 'between_tools'], `${at}.type`);
  switch (type) {
    case 'disabled':
      return { effort: 'none', budget: 0 };
    case 'enabled': {
      const budget = wholeNumber(thinking, 'budget_tokens', 1, at);
      if (budget === undefined) throw new RequestError('thinking.budget_tokens', 'thinking.budget_tokens is missing; give a whole number');
      return { ...said, budget, visible: true, ...visible };
    }
    case 'between_tools':
      losses.add('thinking.type');
      return { ...said, budget: -1 };
    default:
      return { ...said, budget: -1, ...visible };
  }
}

function readOutput(body: Json, losses: Losses): OutputFormat | undefined {
  const config = givenObject(body, 'output_config', '');
  if (config !== undefined) loseOthers(config, ['effort', 'format'], 'output_config', losses);
  const format =
    (config === undefined ? undefined : givenObject(config, 'format', 'output_config')) ?? givenObject(body, 'output_format', '');
  if (format === undefined) return undefined;
  const at = config !== undefined && own(config, 'format') === format ? 'output_config.format' : 'output_format';
  if (own(format, 'type') !== 'json_schema') throw new RequestError(`${at}.type`, `${at}.type must be json_schema`);
  loseOthers(format, ['type', 'schema'], at, losses);
  return { type: 'schema', schema: { ...objectIn(own(format, 'schema'), `${at}.schema`) }, strict: true };
}

function readStop(body: Json): string[] | undefined {
  return givenList(body, 'stop_sequences', '')?.map((value, index) => {
    if (typeof value === 'string') return value;
    throw new RequestError(`stop_sequences[${index}]`, `stop_sequences[${index}] must be a string`);
  });
}

function readUser(body: Json, losses: Losses): string | undefined {
  const metadata = givenObject(body, 'metadata', '');
  if (metadata === undefined) return undefined;
  loseOthers(metadata, ['user_id'], 'metadata', losses);
  return given(metadata, 'user_id', 'string', 'metadata');
}

/** In OpenAI's words. */
function readTier(body: Json): string | undefined {
  const tier = given(body, 'service_tier', 'string', '');
  return tier === undefined
    ? undefined
    : { auto: 'auto', standard_only: 'default' }[oneOf(tier, ['auto', 'standard_only'], 'service_tier')];
}

/** Standard speed is everybody's. */
function readOwn(body: Json): ChatOptions['own'] {
  const fields = Object.fromEntries(
    Object.entries(body).filter(([name, value]) => OWN.includes(name) && asks(value) && value !== 'standard'),
  );
  return Object.keys(fields).length === 0 ? undefined : { dialect: 'anthropic', fields };
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function withoutUndefined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** All of a request but the limit of the answer, which counting does without. */
export function readCountRequest(whole: Json, losses: Losses): ChatRequest {
  const body = withoutUnset(whole, ['top_k', 'top_p']);
  loseOthers(body, [...KNOWN, ...OWN], '', losses);
  const messages = readMessages(body, losses);
  markLast(messages, body);
  const options: ChatOptions = {
    ...withoutUndefined({
      temperature: numberIn(body, 'temperature', 0, 1),
      topP: numberIn(body, 'top_p', 0, 1),
      topK: wholeNumber(body, 'top_k', 0, ''),
      stop: readStop(body),
      reasoning: readReasoning(body, losses),
      output: readOutput(body, losses),
      user: readUser(body, losses),
      serviceTier: readTier(body),
      own: readOwn(body),
    }),
    ...readToolChoice(body, losses),
  };
  const stream = given(body, 'stream', 'boolean', '') ?? false;
  return { model: needed(body, 'model', 'string', ''), messages, tools: readTools(body, losses), options, stream };
}

/** @throws RequestError */
export function readRequest(body: Json, losses: Losses): ChatRequest {
  refuseThread(body);
  const request = readCountRequest(body, losses);
  const maxTokens = wholeNumber(body, 'max_tokens', 1, '');
  if (maxTokens === undefined) throw new RequestError('max_tokens', 'max_tokens is missing; give the most tokens that the answer may have');
  return { ...request, options: { ...request.options, maxTokens } };
}
