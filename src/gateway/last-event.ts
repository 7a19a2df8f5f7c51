// The words that end a stream, in the dialects that have any: many callers wait for no more than these.
const LAST_EVENT = /\[DONE\]\s*$|"message_stop"/;
const LAST_EVENT_BYTES = 128;

export function isLastEvent(bytes: Buffer | string | undefined): boolean {
  if (bytes === undefined) return false;
  const end = bytes.slice(Math.max(0, bytes.length - LAST_EVENT_BYTES));
  return LAST_EVENT.test(typeof end === 'string' ? end : end.toString('latin1'));
}
