import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { createLogger, type Logger } from '../../src/telemetry/log.ts';

function linesOf(level: string, write: (logger: Logger) => void): string[] {
  const lines: string[] = [];
  write(createLogger({ name: 'gateway', level, destination: { write: (line) => void lines.push(line) } }));
  return lines;
}

function logged(level: string, write: (logger: Logger) => void): Record<string, unknown>[] {
  return linesOf(level, write).map((line) => JSON.parse(line) as Record<string, unknown>);
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

it.each(['\u009b2J', '\u0085', '\u001b[31m', '\u007f', 'gpj.\u202Eexe', 'a\u2028b'])('%j does nothing to a terminal, and is all there for who parses the line', (text) => {
  const [line = ''] = linesOf('info', (logger) => logger.child({ child: text }).info({ text, err: new Error(text) }, text));
  expect(line).toMatch(/^[^\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]*\n$/u);
  expect(JSON.parse(line)).toMatchObject({ child: text, text, err: { message: text }, msg: text });
});

it('no text gets a control into a line, or loses a character in it', () => {
  const lines: string[] = [];
  const logger = createLogger({ name: 'gateway', level: 'info', destination: { write: (line) => void lines.push(line) } });
  const character = fc.oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0xd7ff })).map((code) => String.fromCharCode(code));
  fc.assert(
    fc.property(fc.string({ unit: character }), (text) => {
      logger.info({ text });
      const line = lines.pop() ?? '';
      expect(line).not.toMatch(/[^\P{Cc}\n]/u);
      expect(JSON.parse(line)).toMatchObject({ text });
    }),
  );
});

it('the access log is complete when the process exits, however it does', () => {
  const log = new URL('../../src/telemetry/log.ts', import.meta.url).href;
  const script = `const { createAccessLog } = await import('${log}'); const logger = createAccessLog({ name: 'gateway', level: 'info' }); for (let n = 0; n < 3; n++) logger.info({ n }, 'request'); process.exit(1);`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
  expect(stdout.trim().split('\n').map((line) => (JSON.parse(line) as { n: number }).n)).toEqual([0, 1, 2]);
});
