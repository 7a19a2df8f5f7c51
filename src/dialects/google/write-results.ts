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

interface Outcome {
  text: string;
  media: JsonObject[];
}

function outcomeOf({ content }: ToolResultBlock, at: string, traits: ModelTraits, { losses }: WriteContext): Outcome {
  const texts: string[] = [];
  const media: JsonObject[] = [];
  content.forEach((one, index) => {
    if (one.type === 'text') return texts.push(one.text);
    const part = mediaPart(one.source, one.type, traits);
    if (part === undefined) return losses.add(`${at}.content[${index}]`);
    if (typeof part['text'] === 'string') return texts.push(part['text']);
    return media.push(part);
  });
  return { text: texts.join('\n'), media };
}

/**
 * Text stays text, even where it is JSON: numbers keep all their digits, and words that Google gives a meaning, such as `$ref`,
 * have none.
 */
export function resultPart(block: ToolResultBlock, name: string, at: string, traits: ModelTraits, context: WriteContext): WrittenResult {
  const { text, media } = outcomeOf(block, at, traits, context);
  const call = { id: block.callId, name, response: { [block.isError === true ? 'error' : 'output']: text } };
  if (media.length === 0) return { part: { functionResponse: call }, beside: [] };
  return traits.mediaInResults
    ? { part: { functionResponse: { ...call, parts: media } }, beside: [] }
    : { part: { functionResponse: call }, beside: [{ text: `Result of ${name}:` }, ...media] };
}

/** In plain parts: Google refuses a response without its call, as where a tool that ran elsewhere is left out. */
export function plainResult(block: ToolResultBlock, at: string, traits: ModelTraits, context: WriteContext): JsonObject[] {
  const { text, media } = outcomeOf(block, at, traits, context);
  if (text === '' && media.length === 0) return [{ text: 'The tool had no output.' }];
  return [...(text === '' ? [] : [{ text }]), ...media];
}
