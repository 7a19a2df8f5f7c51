// Answers that are of the caller's dialect and no chat: they pass as they came.
import type { Usage } from '../chat/answer.ts';
import type { AnswerReader } from './provider.ts';
import { Tail } from './tail.ts';

/** Tells no tokens. Without state, so one does for all. */
export const PASSED_ANSWER: AnswerReader = {
  contentType: undefined,
  isEventStream: false,
  keepsLength: true,
  failed: false,
  brokeOff: false,
  push: (chunk) => chunk,
  end: () => undefined,
  usage: () => undefined,
  fail: () => '',
};

/** An answer larger than this passes without a look at its tokens. */
const WHOLE_BYTES = 8 * 1024 * 1024;

/** JSON that may tell tokens in a member `key`, wherever that is. */
export function passedJson(key: string, readUsage: (json: unknown) => Usage | undefined): AnswerReader {
  const tail = new Tail(WHOLE_BYTES);
  return {
    ...PASSED_ANSWER,
    push: (chunk) => {
      tail.push(chunk);
      return chunk;
    },
    usage: () => {
      const bytes = tail.bytes();
      // Thousands of numbers are not parsed for nothing.
      if (!bytes.includes(`"${key}"`)) return undefined;
      try {
        return readUsage(JSON.parse(bytes.toString('utf8')));
      } catch {
        return undefined;
      }
    },
  };
}
