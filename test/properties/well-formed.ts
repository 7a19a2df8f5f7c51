// What callers of each dialect can read: error envelopes, whole answers, and streams with their order of events.
import type { SurfaceName } from '../../src/surfaces/surface.ts';
import { eventsOf } from '../conformance/said.ts';
import type { Form, Route } from './routes.ts';
import type { Json, Reply } from './stand.ts';

const check = (holds: boolean, problem: string): string[] => (holds ? [] : [problem]);
const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';

function parsed(body: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with an error in the envelope of a surface. */
export function envelopeProblems(surface: SurfaceName, json: Json | undefined, status?: number): string[] {
  const error = json?.['error'] as Json | undefined;
  if (typeof error !== 'object' || error === null) return ['no error envelope'];
  const common = check(isText(error['message']), 'an error without words');
  if (surface === 'Anthropic') return [...common, ...check(json!['type'] === 'error' && isText(error['type']), 'no type of error')];
  if (surface === 'OpenAI') {
    return [...common, ...check(isText(error['type']) && 'param' in error && 'code' in error, 'no type, param or code')];
  }
  return [...common, ...check(isText(error['status']) && (status === undefined || error['code'] === status), 'no status, or another code')];
}

const WHOLE: Record<Form, (json: Json) => boolean> = {
  chat: ({ object, choices, id }) => object === 'chat.completion' && Array.isArray(choices) && isText(id),
  responses: ({ object, output, status }) => object === 'response' && Array.isArray(output) && isText(status),
  messages: ({ type, role, content, usage }) =>
    type === 'message' && role === 'assistant' && Array.isArray(content) && typeof usage === 'object',
  gemini: ({ candidates }) => Array.isArray(candidates),
  'gemini-list': () => true,
  any: () => true,
};

function chatProblems(body: string): string[] {
  const events = eventsOf(body);
  return [
    ...check(body.endsWith('data: [DONE]\n\n'), 'no [DONE]'),
    ...events.flatMap((event, index) =>
      'error' in event
        ? [...envelopeProblems('OpenAI', event), ...check(index === events.length - 1, 'an error that is not the last event')]
        : check(event['object'] === 'chat.completion.chunk' && Array.isArray(event['choices']), 'no chunk'),
    ),
  ];
}

function responsesProblems(body: string): string[] {
  const events = eventsOf(body);
  const types = events.map(({ type }) => String(type));
  const open = new Set<unknown>();
  const items = events.flatMap(({ type, output_index: at }) => {
    if (type === 'response.output_item.added') return check(!open.has(at) && open.add(at) !== undefined, `item ${String(at)} opens twice`);
    if (type === 'response.output_item.done') return check(open.delete(at), `item ${String(at)} ends unopened`);
    return at === undefined ? [] : check(open.has(at), `${String(type)} outside of an item`);
  });
  const end = types.at(-1)!;
  return [
    ...check(types[0] === 'response.created', `begins with ${types[0]}`),
    ...check(/^response\.(?:completed|incomplete|failed)$|^error$/.test(end), `ends with ${end}`),
    ...check(end === 'response.failed' || end === 'error' || open.size === 0, 'an item without end'),
    ...check(types.filter((type) => type === 'response.created').length === 1, 'begins twice'),
    ...check(events.every(({ sequence_number: number }, index) => number === index), 'numbers that do not rise'),
    ...items,
  ];
}

function messagesProblems(body: string): string[] {
  const events = eventsOf(body);
  let next = 0;
  let open: number | undefined;
  const problems = events.flatMap((event, index): string[] => {
    const at = event['index'] as number | undefined;
    switch (event['type']) {
      case 'message_start':
        return check(index === 0, 'begins twice');
      case 'content_block_start': {
        const right = open === undefined && at === next;
        open = next++;
        return check(right, `block ${at} opens out of order`);
      }
      case 'content_block_delta':
        return check(open === at, `a delta outside of block ${at}`);
      case 'content_block_stop': {
        const right = open === at;
        open = undefined;
        return check(right, `block ${at} ends unopened`);
      }
      case 'message_delta':
        return check(open === undefined && index === events.length - 2, 'message_delta is not the last but one');
      case 'message_stop':
      case 'error':
        return check(index === events.length - 1, 'something follows the end');
      default:
        return check(event['type'] === 'ping', `an event ${String(event['type'])}`);
    }
  });
  const [first, last] = [events[0]?.['type'], events.at(-1)?.['type']];
  const isError = last === 'error';
  return [
    ...problems,
    ...check(first === 'message_start' || isError, 'no message_start'),
    ...check(isError || last === 'message_stop', `ends with ${String(last)}`),
    ...(isError ? envelopeProblems('Anthropic', events.at(-1)) : []),
  ];
}

function geminiProblems(events: Json[]): string[] {
  if (events.length === 0) return ['nothing'];
  return events.flatMap((event, index) =>
    'error' in event
      ? [...envelopeProblems('Google', event), ...check(index === events.length - 1, 'an error that is not the last event')]
      : check(Array.isArray(event['candidates']) || 'promptFeedback' in event || 'usageMetadata' in event, 'no candidates'),
  );
}

const STREAMS: Record<Form, (body: string) => string[]> = {
  chat: chatProblems,
  responses: responsesProblems,
  messages: messagesProblems,
  gemini: (body) => geminiProblems(eventsOf(body)),
  'gemini-list': (body) => {
    const list: unknown = JSON.parse(body);
    return Array.isArray(list) ? geminiProblems(list as Json[]) : ['no list'];
  },
  any: () => [],
};

/** What is wrong with the body of a good answer. */
export function answerProblems({ form, stream }: Pick<Route, 'form' | 'stream'>, body: string): string[] {
  try {
    if (stream) return STREAMS[form](body);
    const json = parsed(body);
    return json === undefined ? ['no JSON'] : check(WHOLE[form](json), `no ${form}`);
  } catch (error) {
    return [`unreadable: ${String(error)}`];
  }
}

/** What is wrong with an error answer. The gateway must never be at fault itself. */
export function refusalProblems(surface: SurfaceName, { status, headers, body }: Reply): string[] {
  return [
    ...check(headers.get('content-type') === 'application/json', 'no JSON'),
    ...check(status !== 500 && !body.includes('internal_error'), 'a fault of the gateway'),
    ...envelopeProblems(surface, parsed(body), status),
  ];
}
