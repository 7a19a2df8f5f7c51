// Structured logs of both processes. Values under these paths never reach a log line, whatever a caller passes.
import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

const REDACTED_PATHS = [
  'authorization',
  'credential',
  'secret',
  'apiKey',
  '*.authorization',
  '*.credential',
  '*.secret',
  '*.apiKey',
  'headers.authorization',
  'headers["x-api-key"]',
];

/** What terminals might obey and JSON leaves as it is: further controls, marks that turn text around, odd line breaks. */
const UNSAFE = /[\x7f-\x9f\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

/** As escapes of JSON, a text of a provider does nothing to the terminal, and whoever parses the line gets all of it. */
function harmless(line: string): string {
  return line.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A pino logger that writes JSON lines to `destination` (standard output by default). */
export function createLogger(options: { name: string; level: string; destination?: DestinationStream }): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    hooks: { streamWrite: harmless },
  };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

const BUFFER_BYTES = 16_000;
const FLUSH_MS = 100;

/**
 * The access log of a busy process: to standard output in pieces instead of one system call for each line, at most 100 ms
 * late. Its fields are a closed list without credentials, so it is not redacted, which would cost as much as the rest.
 */
export function createAccessLog(options: { name: string; level: string }): Logger {
  const destination = pino.destination({ dest: 1, sync: true, minLength: BUFFER_BYTES, periodicFlush: FLUSH_MS });
  // A destination that writes synchronously is not one that pino would empty itself.
  process.once('exit', () => destination.flushSync());
  return pino({ name: options.name, level: options.level }, destination);
}
