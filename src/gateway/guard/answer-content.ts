// What a whole answer says, whatever it claims to be.
import { readAnswerContent } from '../../policy/extract/content.ts';
import { freeText } from '../../policy/extract/free-text.ts';
import { hugeNumbers, withDistinctNames } from '../../policy/extract/whole-json.ts';
import { textIn } from '../../policy/normalise/bytes.ts';
import { Channels } from '../../policy/stream/channels.ts';
import { Remarks } from '../../policy/stream/remarks.ts';
import type { Content, Part } from '../../policy/types.ts';

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

/** What a caller may read in JSON, however it takes members of one name and long numbers. */
function readJson(text: string, json: unknown): Content {
  const content = readAnswerContent(json);
  const distinct = withDistinctNames(text);
  if (distinct !== undefined) {
    content.parts.push(...said(freeText(distinct)));
    content.unscannable.push({ path: '', kind: 'unknown' });
  }
  const huge = hugeNumbers(text);
  if (huge !== undefined) content.parts.push(...said(huge).map((part): Part => ({ ...part, seam: true })));
  return content;
}

/** JSON is read by its members; text as it is; anything else cannot be read, and its words, where it has any, are looked at all the same. */
export function answerContent(bytes: Buffer, contentType: string): Content {
  if (bytes.length === 0) return { parts: [], unscannable: [] };
  const body = bytes.toString('utf8').replace(/^\ufeff/, '');
  const json = parsed(body);
  if (json !== undefined) return readJson(body, json);
  const text = textIn(bytes);
  if (text !== undefined && /^text\/(?!event-stream)/i.test(contentType)) return { parts: said(text), unscannable: [] };
  const kind = contentType.startsWith('audio/') ? 'audio' : 'unknown';
  const content: Content = { parts: [], unscannable: [{ path: '', kind }] };
  if (text === undefined) return content;
  const events = readEvents(text);
  return { parts: [...said(text), ...events.parts], unscannable: [...content.unscannable, ...events.unscannable] };
}
