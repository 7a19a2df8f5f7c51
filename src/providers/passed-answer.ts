// Answers that are of the caller's dialect and no chat: they pass as they came.
import type { Usage } from '../chat/answer.ts';
import type { AnswerReader } from './provider.ts';
import { parsedAnswer } from './whole-answer.ts';

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

/** JSON that may tell tokens in a member `key`, wherever that is. */
export function passedJson(key: string, readUsage: (json: unknown) => Usage | undefined): AnswerReader {
  // Thousands of numbers are not parsed for nothing.
  return parsedAnswer(readUsage, (bytes) => bytes.includes(`"${key}"`));
}
