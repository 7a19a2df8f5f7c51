// The port of the Platform API, on real sockets: plain HTTP only where it is asked for, and certificates that change while it runs.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { PlatformServer, type PlatformServerOptions } from '../../src/platform/server.ts';
import { issueAuthority, issuePlatformCertificate, type PemPair } from '../../src/push/issue.ts';
import { eventually, FakeClock, recordingLogger } from '../kubernetes/fixture.ts';

const NAME = 'platform.release.svc';
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start(options: Partial<PlatformServerOptions>): Promise<{ server: PlatformServer; port: number; clock: FakeClock }> {
  const clock = new FakeClock();
  const server = new PlatformServer({ app: (_request, response) => response.end('served'), clock, logger: recordingLogger().logger, ...options });
  const port = await server.listen(0, '127.0.0.1');
  cleanups.push(() => server.close());
  return { server, port, clock };
}

/** Resolves with the answer; rejects where the server is not who it is taken for. */
function ask(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, servername: NAME, ca, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk)).on('end', () => resolve(body));
    });
    call.on('error', reject).end();
  });
}

async function certified(): Promise<{ authority: PemPair; pair: PemPair }> {
  const authority = await issueAuthority(Date.now());
  return { authority, pair: await issuePlatformCertificate(authority, Date.now(), [NAME]) };
}

it('answers nobody before it is given a certificate, and then those alone who know its authority', async () => {
  const { server, port } = await start({ givenCertificate: true });
  const { authority, pair } = await certified();
  await expect(ask(port, authority.cert)).rejects.toThrow();
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  server.use(pair);
  expect(await ask(port, authority.cert)).toBe('served');
  const next = await certified();
  await expect(ask(port, next.authority.cert)).rejects.toThrow(/certificate/);
  server.use(next.pair);
  expect(await ask(port, next.authority.cert)).toBe('served');
});

it('takes a certificate from files, and looks at them again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'flashback-tls-'));
  cleanups.push(() => rm(directory, { recursive: true }));
  const write = ({ cert, key }: PemPair) => Promise.all([writeFile(join(directory, 'tls.crt'), cert), writeFile(join(directory, 'tls.key'), key)]);
  const [first, second] = [await certified(), await certified()];
  await write(first.pair);
  const { port, clock } = await start({ tlsDirectory: directory });
  expect(await ask(port, first.authority.cert)).toBe('served');
  await write(second.pair);
  clock.advance(60_000);
  await eventually(async () => expect(await ask(port, second.authority.cert)).toBe('served'));
});

it('serves plain HTTP where it is told of no certificate', async () => {
  const { port } = await start({});
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('served');
});
