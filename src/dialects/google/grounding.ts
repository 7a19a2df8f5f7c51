// Where an answer has its knowledge from: grounding and citation metadata as citations of its text.
import type { Citation } from '../../chat/request.ts';
import { asArray, asCount, asObject, asString, defined, type JsonObject } from './json.ts';

/** Google counts in bytes of UTF-8, this side in UTF-16 code units. */
function toUnits(bytes: Buffer, offset: number): number {
  return bytes.subarray(0, offset).toString('utf8').length;
}

/** Offsets of a segment in the text; none where they do not fit to it, as with text that was split into other blocks. */
function placeOf(text: string, segment: JsonObject): Pick<Citation, 'start' | 'end'> {
  const said = asString(segment['text']);
  const endByte = asCount(segment['endIndex']);
  const bytes = Buffer.from(text);
  if (endByte !== undefined && endByte <= bytes.length) {
    const start = toUnits(bytes, asCount(segment['startIndex']) ?? 0);
    const end = toUnits(bytes, endByte);
    if (said === '' || text.slice(start, end) === said) return { start, end };
  }
  const found = said === '' ? -1 : text.indexOf(said);
  return found === -1 ? {} : { start: found, end: found + said.length };
}

function sourceOf(chunk: unknown): { url?: string; title?: string } {
  const { web, retrievedContext, maps, image } = asObject(chunk);
  const source = asObject(web ?? retrievedContext ?? maps ?? image);
  const url = asString(source['uri'] ?? source['sourceUri']);
  const title = asString(source['title']);
  return { ...(url === '' ? {} : { url }), ...(title === '' ? {} : { title }) };
}

function original(value: unknown): Pick<Citation, 'original'> {
  return { original: { dialect: 'google', value } };
}

function fromGrounding(metadata: JsonObject, text: string): Citation[] {
  const chunks = asArray(metadata['groundingChunks']);
  const supports = asArray(metadata['groundingSupports']).map(asObject);
  // Sources that nothing in the text points to are sources all the same.
  if (supports.length === 0) return chunks.map((chunk) => ({ ...sourceOf(chunk), ...original({ groundingChunk: chunk }) }));
  return supports.flatMap((support) => {
    const segment = asObject(support['segment']);
    const said = asString(segment['text']);
    const place = placeOf(text, segment);
    return asArray(support['groundingChunkIndices']).flatMap((index): Citation[] => {
      const chunk = typeof index === 'number' ? chunks[index] : undefined;
      if (chunk === undefined) return [];
      const value = { groundingChunk: chunk, segment };
      return [{ ...(said === '' ? {} : { text: said }), ...sourceOf(chunk), ...place, ...original(value) }];
    });
  });
}

function fromCitations(metadata: JsonObject, text: string): Citation[] {
  return asArray(metadata['citationSources'] ?? metadata['citations']).map((source) => {
    const said = asObject(source);
    return { ...sourceOf({ web: said }), ...placeOf(text, said), ...original({ citationSource: said }) };
  });
}

/** `text`: what the candidate has said so far. */
export function citationsOf({ groundingMetadata, citationMetadata }: JsonObject, text: string): Citation[] {
  // As in nearly every chunk.
  if (groundingMetadata === undefined && citationMetadata === undefined) return [];
  return [...fromGrounding(asObject(groundingMetadata), text), ...fromCitations(asObject(citationMetadata), text)];
}

/** A candidate's metadata from citations of a block, for callers of this dialect. */
export function groundingOf(blocks: readonly { text: string; citations: readonly Citation[] }[]): JsonObject | undefined {
  const chunks: unknown[] = [];
  const supports: JsonObject[] = [];
  blocks.forEach(({ text, citations }, partIndex) => {
    for (const citation of citations) {
      if (citation.url === undefined && citation.title === undefined) continue;
      const chunk = { web: defined({ uri: citation.url, title: citation.title }) };
      const known = chunks.findIndex((other) => JSON.stringify(other) === JSON.stringify(chunk));
      const index = known === -1 ? chunks.push(chunk) - 1 : known;
      if (citation.start === undefined || citation.end === undefined) continue;
      const bytesTo = (units: number): number => Buffer.byteLength(text.slice(0, units));
      const segment = {
        partIndex,
        startIndex: bytesTo(citation.start),
        endIndex: bytesTo(citation.end),
        text: text.slice(citation.start, citation.end),
      };
      supports.push({ segment, groundingChunkIndices: [index] });
    }
  });
  if (chunks.length === 0) return undefined;
  return { groundingChunks: chunks, ...(supports.length === 0 ? {} : { groundingSupports: supports }) };
}
