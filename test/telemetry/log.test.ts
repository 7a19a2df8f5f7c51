import { expect, it } from 'vitest';
import { createLogger } from '../../src/telemetry/log.ts';

function logged(level: string, write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(createLogger({ name: 'gateway', level, destination: { write: (line) => void lines.push(line) } }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

it('lines are JSON with the name of the process', () => {
  expect(logged('info', (logger) => logger.info({ requestId: 'r' }, 'request'))).toEqual([
    expect.objectContaining({ name: 'gateway', level: 30, requestId: 'r', msg: 'request' }),
  ]);
});

it('lines below the level are not written', () => {
  expect(logged('warn', (logger) => logger.info('x'))).toEqual([]);
});

it.each([
  { authorization: 'canary' },
  { apiKey: 'canary' },
  { secret: 'canary' },
  { credential: { secret: 'canary' } },
  { provider: { credential: 'canary', endpoint: 'https://a.example' } },
  { provider: { secret: 'canary' } },
  { settings: { apiKey: 'canary' } },
  { headers: { authorization: 'canary', 'x-api-key': 'canary' } },
  { req: { authorization: 'canary' } },
])('a secret in %j does not reach the line', (fields) => {
  const [line] = logged('info', (logger) => logger.info(fields, 'x'));
  expect(JSON.stringify(line)).not.toContain('canary');
  expect(JSON.stringify(line)).toContain('[redacted]');
});
