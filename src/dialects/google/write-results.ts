// Results of tools as function responses: always an object, under Google's words for output and error.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ToolResultBlock } from '../../chat/request.ts';
import type { JsonObject } from './json.ts';
import type { ModelTraits } from './model.ts';
import { mediaPart } from './write-parts.ts';

export interface WrittenResult {
  part: JsonObject;
  /** What older models can only take beside it. */
  beside: JsonObject[];
}

/**
 * Text stays text, even where it is JSON: numbers keep all their digits, and words that Google gives a meaning, such as `$ref`,
 * have none.
 */
export function resultPart(block: ToolResultBlock, name: string, at: string, traits: ModelTraits, { losses }: WriteContext): WrittenResult {
  const texts: string[] = [];
  const media: JsonObject[] = [];
  block.content.forEach((content, index) => {
    if (content.type === 'text') return texts.push(content.text);
    const part = mediaPart(content.source, content.type, traits);
    if (part === undefined) return losses.add(`${at}.content[${index}]`);
    if (typeof part['text'] === 'string') return texts.push(part['text']);
    return media.push(part);
  });
  const response = { [block.isError === true ? 'error' : 'output']: texts.join('\n') };
  const call = { id: block.callId, name, response };
  if (media.length === 0) return { part: { functionResponse: call }, beside: [] };
  return traits.mediaInResults
    ? { part: { functionResponse: { ...call, parts: media } }, beside: [] }
    : { part: { functionResponse: call }, beside: [{ text: `Result of ${name}:` }, ...media] };
}
