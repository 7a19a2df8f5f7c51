// Streams of streamGenerateContent: server-sent events, a JSON array, or plain JSON under the content type of either.
import type { ChatEvent } from '../../chat/answer.ts';
import type { StreamReader } from '../../chat/dialect.ts';
import { ServerSentEvents } from '../../chat/server-sent-events.ts';
import { isObject } from '../../chat/json.ts';
import { AnswerReader } from './answer-reader.ts';
import { JsonValues } from './json-values.ts';

/** Chunks in one text; what is no JSON is as if it had not come. */
function chunksOf(text: string): Record<string, unknown>[] {
  try {
    const json: unknown = JSON.parse(text);
    return (Array.isArray(json) ? json : [json]).filter(isObject);
  } catch {
    return [];
  }
}

/** The first byte that says something; undefined where there is none yet. */
function firstByte(chunk: Buffer): number | undefined {
  return chunk.find((byte) => byte > 0x20);
}

export function readStream(): StreamReader {
  const answer = new AnswerReader();
  let source: ServerSentEvents | JsonValues | undefined;
  const readAll = (texts: readonly string[]): ChatEvent[] => {
    const events: ChatEvent[] = [];
    for (const text of texts) for (const chunk of chunksOf(text)) events.push(...answer.read(chunk));
    return events;
  };
  return {
    push(chunk) {
      if (source === undefined) {
        const first = firstByte(chunk);
        if (first === undefined) return [];
        // '{' or '[': no line of an event stream begins so.
        source = first === 0x7b || first === 0x5b ? new JsonValues() : new ServerSentEvents();
      }
      return readAll(source instanceof JsonValues ? source.push(chunk) : source.push(chunk).map(({ data }) => data));
    },
    end() {
      const late = source instanceof ServerSentEvents ? readAll(source.end().map(({ data }) => data)) : [];
      const { events, complete } = answer.end();
      return { events: [...late, ...events], complete };
    },
  };
}
