// What a stream has called itself and its parts so far: an end that is written here must be that of the same answer, whoever began it.
import { isObject, type Json } from '../../chat/json.ts';

/** Members of a chunk, or of the response in an event, that are the same in all of them. */
const NAMES = ['id', 'created', 'created_at', 'model', 'system_fingerprint', 'responseId', 'modelVersion'];
/** Google's come also as items of a list. */
const GOOGLE = /"(responseId|modelVersion)":"[^"]*"/g;

function parsed(text: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** Payloads of events, or an item of a list. */
function payloadsOf(frame: string): Json[] {
  const isItem = /^\s*[[{,]/.test(frame);
  const texts = isItem ? [frame.replace(/^[\s,[]+|[\s,\]]+$/g, '')] : [...frame.matchAll(/^data: ?(.*)$/gm)].map(([, data]) => data!);
  return texts.map(parsed).filter((json) => json !== undefined);
}

const innerOf = (json: Json): Json => (isObject(json['response']) ? json['response'] : json);

export class Identity {
  #names: Json | undefined;
  /** Ids of the items of a response, by their index. */
  readonly #items = new Map<number, string>();
  #number = -1;

  /** An event that has left. */
  learn(bytes: Buffer | string): void {
    // Only the events of responses are numbered, from the first one on.
    if (this.#names !== undefined && this.#number === -1) return;
    const frame = String(bytes);
    const number = [...frame.matchAll(/"sequence_number": ?(\d+)/g)].at(-1)?.[1];
    if (number !== undefined) this.#number = Number(number);
    const isItem = frame.includes('response.output_item.added');
    if (this.#names !== undefined && !isItem) return;
    for (const json of payloadsOf(frame)) {
      const { output_index: index, item } = json;
      if (isItem && typeof index === 'number' && isObject(item) && typeof item['id'] === 'string') this.#items.set(index, item['id']);
      // Some begin with a chunk that has empty names.
      const names = Object.fromEntries(Object.entries(innerOf(json)).filter(([name, value]) => NAMES.includes(name) && Boolean(value)));
      if (!isItem && (names['id'] ?? names['responseId']) !== undefined) this.#names ??= names;
    }
  }

  /** Members of a chunk in its name. */
  get names(): Json {
    return this.#names ?? {};
  }

  /** Events that end the stream, under its own names. */
  applied(text: string): string {
    const google = text.replace(GOOGLE, (match, name: string) => (typeof this.names[name] === 'string' ? `"${name}":${JSON.stringify(this.names[name])}` : match));
    return google.replace(/^data: (\{.*\})$/gm, (line, data: string) => {
      const json = parsed(data);
      return json === undefined ? line : `data: ${JSON.stringify(this.#renamed(json))}`;
    });
  }

  #renamed(json: Json): Json {
    const { response, output_index: index, sequence_number: number } = json;
    const id = typeof index === 'number' ? this.#items.get(index) : undefined;
    const item = id !== undefined && isObject(json['item']) ? { item: { ...json['item'], id } } : {};
    return {
      ...this.#named(json),
      ...(typeof number === 'number' ? { sequence_number: ++this.#number } : {}),
      ...(id !== undefined && Object.hasOwn(json, 'item_id') ? { item_id: id } : {}),
      ...item,
      ...(isObject(response) ? { response: { ...this.#named(response), output: this.#itemsNamed(response['output']) } } : {}),
    };
  }

  /** Those that it has, as they were before. */
  #named(json: Json): Json {
    return { ...json, ...Object.fromEntries(Object.entries(this.names).filter(([name]) => Object.hasOwn(json, name))) };
  }

  #itemsNamed(output: unknown): unknown {
    if (!Array.isArray(output)) return output;
    return output.map((item: unknown, index) => (isObject(item) && this.#items.has(index) ? { ...item, id: this.#items.get(index) } : item));
  }
}
