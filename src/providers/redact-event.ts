// Takes secrets out of one event of a stream: only what the strings of its data say, so that its lines stay those of an event.
import { redactorOf } from './redact.ts';

const STRING_LITERAL = /"(?:[^"\\]|\\.)*"/g;

/**
 * The event, whose data has to be JSON, without the given secrets and account data. Strings are read as their receiver will read
 * them, so escapes hide nothing; what needs no change stays as it was written.
 */
export function redactEvent(event: string, secrets: readonly string[]): string {
  const redact = redactorOf(secrets);
  const redactLiteral = (literal: string): string => {
    const said = JSON.parse(literal) as string;
    const redacted = redact(said);
    return redacted === said ? literal : JSON.stringify(redacted);
  };
  const redactLine = (line: string): string => (line.startsWith('data:') ? line.replace(STRING_LITERAL, redactLiteral) : redact(line));
  return event
    .split(/(\r?\n)/)
    .map((part, index) => (index % 2 === 0 ? redactLine(part) : part))
    .join('');
}
