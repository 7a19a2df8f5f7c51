// Function responses as results of tools.
import { RequestError } from '../../chat/dialect.ts';
import type { Losses } from '../../chat/losses.ts';
import type { Block, ToolResultContent } from '../../chat/request.ts';
import type { CallIds } from './call-ids.ts';
import type { Fields } from './fields.ts';
import type { JsonObject } from './json.ts';
import { readMedia } from './read-media.ts';

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `output` and `error` are Google's words for what came out; without them the whole object did. */
function outcomeOf(response: JsonObject): { text: string; isError: boolean } {
  const names = Object.keys(response);
  const [name] = names;
  if (names.length === 1 && (name === 'output' || name === 'error')) return { text: wordsOf(response[name]), isError: name === 'error' };
  return { text: JSON.stringify(response), isError: false };
}

function readMediaPart(part: Fields, losses: Losses): ToolResultContent {
  const block = readMedia(part, losses);
  part.tellRest(losses);
  if (block?.type === 'image' || block?.type === 'document') return block;
  throw new RequestError(part.path, `${part.path} must have inlineData or fileData of an image or a document.`);
}

export function readResult(response: Fields, ids: CallIds, losses: Losses): Block {
  const name = response.name('name');
  const callId = ids.ofResponse(response.text('id'), name);
  const { text, isError } = outcomeOf(response.object('response') ?? {});
  const media = response.list('parts').map((part) => readMediaPart(part, losses));
  response.tellRest(losses);
  return { type: 'tool-result', callId, name, content: [{ type: 'text', text }, ...media], ...(isError ? { isError } : {}) };
}
