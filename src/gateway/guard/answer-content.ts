// What a whole answer says, whatever it claims to be.
import { readAnswerContent } from '../../policy/extract/content.ts';
import { textIn } from '../../policy/normalise/bytes.ts';
import { Channels } from '../../policy/stream/channels.ts';
import { Remarks } from '../../policy/stream/remarks.ts';
import type { Content } from '../../policy/types.ts';

const said = (text: string): Content['parts'] => [{ path: '', role: 'assistant', text, history: false }];

/** The texts of an event stream that came as something else. */
function readEvents(text: string): Content {
  const channels = new Channels();
  for (const event of new Remarks(true, {}).read(text, [])) channels.note(event);
  return { parts: channels.parts(), unscannable: channels.unscannable };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JSON is read by its members; text as it is; anything else cannot be read, and its words, where it has any, are looked at all the same. */
export function answerContent(bytes: Buffer, contentType: string): Content {
  if (bytes.length === 0) return { parts: [], unscannable: [] };
  const json = parsed(bytes.toString('utf8').replace(/^\ufeff/, ''));
  if (json !== undefined) return readAnswerContent(json);
  const text = textIn(bytes);
  if (text !== undefined && /^text\/(?!event-stream)/i.test(contentType)) return { parts: said(text), unscannable: [] };
  const kind = contentType.startsWith('audio/') ? 'audio' : 'unknown';
  const content: Content = { parts: [], unscannable: [{ path: '', kind }] };
  if (text === undefined) return content;
  const events = readEvents(text);
  return { parts: [...said(text), ...events.parts], unscannable: [...content.unscannable, ...events.unscannable] };
}
