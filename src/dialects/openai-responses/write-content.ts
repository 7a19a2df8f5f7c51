// Blocks of the middle as parts of a message or of a tool's output.
import type { Block, DocumentBlock, ImageBlock, Source, ToolResultBlock } from '../../chat/request.ts';
import { optional } from './fields.ts';

function urlOf(source: Source): string | undefined {
  if (source.type === 'base64') return `data:${source.mediaType};base64,${source.data}`;
  return source.type === 'url' ? source.url : undefined;
}

function writeImage({ source, detail }: ImageBlock): object[] | undefined {
  const place = source.type === 'file' ? { file_id: source.id } : optional('image_url', urlOf(source));
  return Object.keys(place).length === 0 ? undefined : [{ type: 'input_image', ...place, detail: detail ?? 'auto' }];
}

function writeDocument({ source, name, context }: DocumentBlock): object[] {
  // It has no field of its own, and the model reads it as well before the file.
  const before = context === undefined ? [] : [{ type: 'input_text', text: context }];
  switch (source.type) {
    case 'text':
      return [...before, { type: 'input_text', text: name === undefined ? source.text : `${name}\n\n${source.text}` }];
    case 'url':
      return [...before, { type: 'input_file', file_url: source.url }];
    case 'file':
      return [...before, { type: 'input_file', file_id: source.id }];
    default: {
      const ending = source.mediaType === 'application/pdf' ? 'pdf' : source.mediaType === 'text/plain' ? 'txt' : 'bin';
      return [...before, { type: 'input_file', filename: name ?? `document.${ending}`, file_data: urlOf(source) }];
    }
  }
}

function writeAudio(source: Source): object[] | undefined {
  const format = source.type === 'base64' ? /^audio\/(?:x-)?(mpeg|mp3|wave?)$/.exec(source.mediaType)?.[1] : undefined;
  if (source.type !== 'base64' || format === undefined) return undefined;
  return [{ type: 'input_audio', input_audio: { data: source.data, format: format.startsWith('m') ? 'mp3' : 'wav' } }];
}

/** Of a user or the system; undefined where there is no part for it. */
export function writePart(block: Block): object[] | undefined {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return [{ type: 'input_text', text: block.text }];
    case 'image':
      return writeImage(block);
    case 'document':
      return writeDocument(block);
    case 'audio':
      return writeAudio(block.source);
    default:
      return undefined;
  }
}

/** Text wherever it is text only: not every provider of this dialect takes lists. `lost`: the index of what has no part. */
export function writeOutput({ content, isError }: ToolResultBlock, lost: (index: number) => void): string | object[] {
  const texts = content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
  // There is no field that tells a failure: the model must be able to read it.
  const failure = isError === true && !/error|fail/i.test(texts.join('')) ? 'Error: ' : '';
  if (texts.length === content.length) return failure + texts.join('\n');
  const parts = content.flatMap((block, index) => {
    const written = writePart(block);
    if (written === undefined) lost(index);
    return written ?? [];
  });
  return failure === '' ? parts : [{ type: 'input_text', text: failure.trim() }, ...parts];
}
