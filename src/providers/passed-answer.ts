// Answers that pass as they came, unread: they are of the caller's dialect and tell no tokens.
import type { AnswerReader } from './provider.ts';

/** Without state, so one does for all. */
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
