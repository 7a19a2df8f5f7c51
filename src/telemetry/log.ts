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

/** A pino logger that writes JSON lines to `destination` (standard output by default). */
export function createLogger(options: { name: string; level: string; destination?: DestinationStream }): Logger {
  const settings = { name: options.name, level: options.level, redact: { paths: REDACTED_PATHS, censor: '[redacted]' } };
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}
