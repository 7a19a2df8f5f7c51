// The bytes of a request or an answer, and what they say: the same on the event loop and in the thread beside it.
import type { Content } from '../../policy/types.ts';
import { answerContent } from './answer-content.ts';
import { bodyContent } from './body-content.ts';
import { formContent } from './form-content.ts';

/** `request`: a JSON object in UTF-8. */
export interface Written {
  kind: 'request' | 'form' | 'answer';
  contentType: string;
  bytes: Buffer;
}

/** Throws for a request that is none. */
export function readWritten({ kind, contentType, bytes }: Written): Content {
  if (kind === 'answer') return answerContent(bytes, contentType);
  if (kind === 'form') return formContent(contentType, bytes);
  return bodyContent(JSON.parse(bytes.toString('utf8')) as Record<string, unknown>, bytes);
}
