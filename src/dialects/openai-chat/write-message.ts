// The parts of a message that whole answers and streams write alike.
import type { AnswerHead } from '../../chat/dialect.ts';
import type { Block, Citation, ReasoningBlock } from '../../chat/request.ts';
import { dataUrl } from './media.ts';
import { writeReasoningDetail } from './signatures.ts';

/** A caller of the older form reads only `function_call`. */
export function isOlderCaller({ request }: AnswerHead): boolean {
  return Array.isArray(request['functions']) && request['functions'].length > 0 && !Array.isArray(request['tools']);
}

/** What a citation needs from the text around it: where its block begins in the whole text, and where it ends. */
export interface Span {
  start: number;
  end: number;
}

/** Undefined: this dialect cannot hold it. */
export function writeCitation({ original, url, title, start, end }: Citation, block: Span): object | undefined {
  if (original?.dialect === 'openai-chat') return original.value as object;
  if (url === undefined) return undefined;
  return {
    type: 'url_citation',
    url_citation: {
      url,
      title: title ?? url,
      start_index: block.start + (start ?? 0),
      // Where the dialect says no place, the whole block is what it cites.
      end_index: end === undefined ? block.end : block.start + end,
    },
  };
}

/** Only signatures make the details worth their size: the words are in `reasoning_content`. */
export function writeReasoningDetails(blocks: readonly ReasoningBlock[]): object[] {
  if (blocks.every(({ signature }) => signature === undefined)) return [];
  return blocks.map(writeReasoningDetail);
}

/** An image as OpenRouter and others give it; undefined where there is none to show. */
export function writeImage(block: Block): object | undefined {
  if (block.type !== 'image') return undefined;
  if (block.source.type === 'base64') return { type: 'image_url', image_url: { url: dataUrl(block.source) } };
  return block.source.type === 'url' ? { type: 'image_url', image_url: { url: block.source.url } } : undefined;
}

const DAY_SECONDS = 24 * 60 * 60;

/** Undefined where it is no sound. Nothing is kept, so the id is good for nothing but to be there. */
export function writeAudio(block: Block, head: AnswerHead): object | undefined {
  if (block.type !== 'audio' || block.source.type !== 'base64') return undefined;
  return { id: `audio_${head.newId()}`, data: block.source.data, expires_at: head.created + DAY_SECONDS, transcript: '' };
}
