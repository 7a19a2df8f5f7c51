// Google's finish reasons, and what stands for them in the middle.
import type { FinishReason } from '../../chat/answer.ts';

const READ: Record<string, FinishReason> = {
  STOP: 'stop',
  MAX_TOKENS: 'length',
  // The most that one request can give: the caller may ask for more.
  CONTINUATION: 'length',
  SAFETY: 'content-filter',
  RECITATION: 'content-filter',
  LANGUAGE: 'content-filter',
  BLOCKLIST: 'content-filter',
  PROHIBITED_CONTENT: 'content-filter',
  SPII: 'content-filter',
  MODEL_ARMOR: 'content-filter',
  IMAGE_SAFETY: 'content-filter',
  IMAGE_PROHIBITED_CONTENT: 'content-filter',
  IMAGE_RECITATION: 'content-filter',
  ESCALATION: 'content-filter',
  PUP_LIMITED_DISABLED: 'content-filter',
};

/** Numbers of the enum of the Gemini API, as `$alt=json;enum-encoding=int` writes them. */
const NUMBERS = [
  'FINISH_REASON_UNSPECIFIED',
  'STOP',
  'MAX_TOKENS',
  'SAFETY',
  'RECITATION',
  'OTHER',
  'LANGUAGE',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'SPII',
  'MALFORMED_FUNCTION_CALL',
  'IMAGE_SAFETY',
  'UNEXPECTED_TOOL_CALL',
];

/** Calls end with STOP like everything else: only the content tells. OTHER, MALFORMED_FUNCTION_CALL and reasons yet to come: error. */
export function readFinish(reason: unknown, sawCall: boolean): FinishReason {
  if (sawCall) return 'tool-calls';
  const name = typeof reason === 'number' ? NUMBERS[reason] : reason;
  return typeof name === 'string' && Object.hasOwn(READ, name) ? READ[name]! : 'error';
}

/** Proto3 may also write what was not set. */
export function isFinish(reason: unknown): boolean {
  return !(reason === undefined || reason === null || reason === '' || reason === 0 || reason === NUMBERS[0]);
}

const WRITTEN: Record<FinishReason, string> = {
  stop: 'STOP',
  'stop-sequence': 'STOP',
  'tool-calls': 'STOP',
  pause: 'STOP',
  length: 'MAX_TOKENS',
  'content-filter': 'SAFETY',
  refusal: 'SAFETY',
  error: 'OTHER',
};

export function writeFinish(reason: FinishReason): string {
  return WRITTEN[reason];
}
