// Reads the bytes of each event of a stream besides its dialect: what stands in members that the dialect knows nothing of, in log
// probabilities, names of events, comments, errors, or an end that says something else than what came before.
import { isObject, type Json } from '../../chat/json.ts';
import { readAnswerContent } from '../extract/content.ts';
import { isRemark, type Remark, type StreamEvent } from './channels.ts';

/** UTF-16 code units of a text that repeats what was said, from which on it counts as a repetition wherever it stands. */
const REPETITION = 24;
/** UTF-16 code units on both sides of the edge between two blocks. */
const REACH = 128;
/** Members whose texts go on in the next event. */
const GROWING = /delta|logprobs|token|transcript|text$/i;
/** Members that stand beside such texts in each event: what they say does not go on, so no event has to wait for the next one. */
const BESIDE = /(?:^|\.)(?:id|item_id|obfuscation)$/;
const ARGUMENTS = /\.(?:args|arguments|input|partialArgs)$/;

interface Block {
  text: string;
  /** Of what stands at its beginning, still to be put together with the end of the block before. */
  edge: number;
}

/** An event stream as payloads: JSON of events, and all lines that are none. */
function payloadsOf(frame: string): { data: string[]; lines: string[] } {
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Members of a response that only repeat what the caller has sent. */
function withoutEcho(json: unknown, request: Json): unknown {
  if (!isObject(json)) return json;
  const inner = json['response'];
  const kept = Object.entries(json).filter(([name, value]) => !isEcho(name, value, request));
  return { ...Object.fromEntries(kept), ...(isObject(inner) ? { response: Object.fromEntries(Object.entries(inner).filter(([name, value]) => !isEcho(name, value, request))) } : {}) };
}

const isEcho = (name: string, value: unknown, request: Json): boolean =>
  (typeof value === 'object' || typeof value === 'string') && value !== null && Object.hasOwn(request, name) && JSON.stringify(request[name]) === JSON.stringify(value);

export class Remarks {
  readonly #isEvents: boolean;
  readonly #request: Json;
  readonly #blocks = new Map<number, Block>();
  readonly #said: string[] = [];
  /** What names and other parts of the frame said last, so that what each event repeats is read once. */
  readonly #last = new Map<string, string>();

  /** `request`: of the caller, which answers may repeat. */
  constructor(isEvents: boolean, request: Json) {
    this.#isEvents = isEvents;
    this.#request = request;
  }

  /** The events of some bytes, which are whole, with what else the bytes say. */
  read(bytes: string, events: readonly StreamEvent[]): StreamEvent[] {
    const deltas = new Set<string>();
    const all: StreamEvent[] = [];
    for (const event of events) {
      if (event.type === 'delta') deltas.add(event.text);
      all.push(event, ...this.#follow(event));
    }
    if (this.#isEvents) {
      const { data, lines } = payloadsOf(bytes);
      for (const text of data) all.push(...this.#payload(text, deltas));
      for (const line of lines) all.push(...this.#line(line, deltas));
    } else {
      const text = bytes.replace(/^[\s,[\ufeff]+|[\s,\]]+$/g, '');
      if (text !== '') all.push(...this.#payload(text, deltas));
    }
    return all;
  }

  #payload(text: string, deltas: ReadonlySet<string>): StreamEvent[] {
    if (text.trim() === '[DONE]' || text.trim() === '') return [];
    const json = parsed(text);
    if (json === undefined) return [this.#remark('data', 'data', text)];
    const type = isObject(json) && typeof json['type'] === 'string' ? json['type'] : '';
    const number = isObject(json) ? [json['output_index'], json['content_index'], json['index']].filter((at) => typeof at === 'number').join('.') : '';
    const { parts, unscannable } = readAnswerContent(withoutEcho(json, this.#request));
    const said = parts.flatMap(({ path, text: words, seam }) => {
      if (deltas.has(words)) return [];
      const key = `${type} ${number} ${path}`;
      if (!BESIDE.test(path) && (GROWING.test(path) || GROWING.test(type))) {
        return this.#isRepeated(words) ? [] : [this.#remark(key, path, words, { forDetectors: seam === true })];
      }
      if (seam === true || ARGUMENTS.test(path)) return this.#apart(key, path, words);
      return this.#isRepeated(words) ? [] : [this.#remark(key, path, words, { isWhole: true })];
    });
    return [...said, ...unscannable.map((one): Remark => ({ type: 'unread', unscannable: one }))];
  }

  /** What is in no data: names of events, comments; or an answer that is no event stream at all. */
  #line(line: string, deltas: ReadonlySet<string>): StreamEvent[] {
    if (/^\s*[[{]/.test(line)) return this.#payload(line, deltas);
    if (/^(?:event|id|retry): ?[\w.:-]*$|^:/.test(line)) return this.#apart('line', 'line', line);
    return [this.#remark('words', 'line', `${line}\n`, { isWhole: true })];
  }

  #remark(key: string, path: string, text: string, how: Partial<Pick<Remark & { type: 'remark' }, 'isApart' | 'isWhole' | 'forDetectors'>> = {}): Remark {
    return { type: 'remark', key, path, text, isApart: false, isWhole: false, forDetectors: false, ...how };
  }

  #apart(key: string, path: string, text: string): Remark[] {
    if (this.#last.get(key) === text) return [];
    this.#last.set(key, text);
    return [this.#remark(key, path, text, { isApart: true, isWhole: true, forDetectors: true })];
  }

  #isRepeated(text: string): boolean {
    const blocks = [...this.#blocks.values()].map((block) => block.text);
    const all = [...this.#said, ...blocks];
    return all.some((said) => said === text || (text.length >= REPETITION && said.includes(text)));
  }

  /** What stands half in one block and half in the next, which detectors read in one piece. */
  #follow(event: StreamEvent): StreamEvent[] {
    if (isRemark(event)) return [];
    if (event.type === 'open') {
      const before = this.#blocks.get(event.choice)?.text ?? '';
      if (before !== '') this.#said.push(before);
      this.#blocks.set(event.choice, { text: '', edge: before === '' ? 0 : REACH });
      return before === '' ? [] : this.#edge(event.choice, ['', '\n'].map((between) => `\n\n\n${before.slice(-REACH)}${between}`));
    }
    const block = event.type === 'delta' || event.type === 'close' ? this.#blocks.get(event.choice) : undefined;
    if (block === undefined) return [];
    if (event.type === 'delta') block.text += event.text;
    if (block.edge <= 0) return [];
    const text = event.type === 'delta' ? event.text.slice(0, block.edge) : '';
    block.edge = event.type === 'close' ? 0 : block.edge - text.length;
    return this.#edge((event as { choice: number }).choice, [text, text], block.edge <= 0);
  }

  #edge(choice: number, texts: readonly string[], isWhole = false): StreamEvent[] {
    const path = `choices[${choice}].content`;
    return texts.map((text, index) => this.#remark(`edge ${choice} ${index}`, path, text, { isWhole, forDetectors: true }));
  }
}
