// The bytes of some events of a stream as payloads: JSON of events, and all lines that are none.
import { isObject, type Json } from '../../chat/json.ts';

export interface Payloads {
  data: string[];
  lines: string[];
}

/** Of an event stream. */
export function payloadsOf(frame: string): Payloads {
  const data: string[] = [];
  const lines: string[] = [];
  let open: string[] = [];
  for (const line of [...frame.replace(/^\ufeff/, '').split(/\r\n|\r|\n/), '']) {
    if (line === '' && open.length > 0) {
      data.push(open.join('\n'));
      open = [];
    } else if (line === 'data' || line.startsWith('data:')) open.push(line.slice(5).replace(/^ /, ''));
    else if (line !== '') lines.push(line);
  }
  return { data, lines };
}

/** Of JSON that comes piece by piece. */
export function itemsOf(frame: string): Payloads {
  const item = frame.replace(/^[\s,[\ufeff]+|[\s,\]]+$/g, '');
  return { data: item === '' ? [] : [item], lines: [] };
}

export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without members of a response that only repeat what the caller has sent. */
export function withoutEcho(json: unknown, request: Json): unknown {
  if (!isObject(json)) return json;
  const { response } = json;
  const kept = keptOf(json, request);
  return isObject(response) ? { ...kept, response: keptOf(response, request) } : kept;
}

const keptOf = (json: Json, request: Json): Json => Object.fromEntries(Object.entries(json).filter(([name, value]) => !isEcho(name, value, request)));

const isEcho = (name: string, value: unknown, request: Json): boolean =>
  (typeof value === 'object' || typeof value === 'string') && value !== null && Object.hasOwn(request, name) && JSON.stringify(request[name]) === JSON.stringify(value);
