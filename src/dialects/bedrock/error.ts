// Errors that Bedrock tells inside of an answer that had begun well.
import type { AnswerError } from '../../chat/answer.ts';
import type { StreamMessage } from './frames.ts';
import { asRecord, asText, parseJson, type Json } from './json.ts';

function messageOf(body: Json | undefined): string | undefined {
  return asText(body?.['message']) ?? asText(body?.['Message']) ?? asText(body?.['originalMessage']);
}

/** The error in a frame, or undefined where it is an event. */
export function readFrameError({ headers, payload }: StreamMessage): AnswerError | undefined {
  const kind = headers.get(':message-type') ?? 'event';
  const exception = headers.get(':exception-type');
  if (kind === 'event' && exception === undefined) return undefined;
  const type = exception ?? headers.get(':error-code') ?? null;
  const message = messageOf(asRecord(parseJson(payload))) ?? headers.get(':error-message');
  return { message: message ?? `the provider stopped with ${type ?? 'an error that it did not name'}`, type, code: null };
}

/** The error in a JSON body, or undefined where it is none. */
export function readBodyError(body: Json): AnswerError | undefined {
  const message = messageOf(body);
  return message === undefined ? undefined : { message, type: asText(body['__type'])?.split('#').at(-1) ?? null, code: null };
}
