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

/**
 * `output` and `error` are Google's words for what came out; without them the whole object did. SDKs after Google's older samples
 * say the name of the function once more, and `content` for what came out of it.
 */
function outcomeOf(response: JsonObject, called: string): { text: string; isError: boolean } {
  const { name, ...rest } = response;
  const isNamed = name === called;
  const said = isNamed ? rest : response;
  const [key = '', ...others] = Object.keys(said);
  const isOutcome = key === 'output' || key === 'error' || (key === 'content' && isNamed);
  if (isOutcome && others.length === 0) return { text: wordsOf(said[key]), isError: key === 'error' };
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
  const { text, isError } = outcomeOf(response.object('response') ?? {}, name);
  const media = response.list('parts').map((part) => readMediaPart(part, losses));
  response.tellRest(losses);
  return { type: 'tool-result', callId, name, content: [{ type: 'text', text }, ...media], ...(isError ? { isError } : {}) };
}
