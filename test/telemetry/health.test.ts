import { Counter, Registry } from 'prom-client';
import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HealthServer } from '../../src/telemetry/health.ts';

const problems = { live: undefined as string | undefined, snapshot: undefined as string | undefined };
let scrapes = 0;
let server: HealthServer;
let url: string;

beforeEach(async () => {
  Object.assign(problems, { live: undefined, snapshot: undefined });
  const registry = new Registry();
  new Counter({ name: 'x_total', help: 'X.', registers: [registry] });
  server = new HealthServer({
    registry,
    live: { loop: () => problems.live },
    ready: { snapshot: () => problems.snapshot, listener: () => undefined },
    beforeScrape: () => scrapes++,
  });
  url = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`;
});
afterEach(() => server.close());

const get = async (path: string): Promise<[number, string]> => {
  const response = await fetch(url + path);
  return [response.status, await response.text()];
};

describe('health', () => {
  it('is 200 with a line for every check', async () => {
    expect(await get('/livez')).toEqual([200, '[+] loop ok\n']);
    expect(await get('/healthz')).toEqual([200, '[+] loop ok\n']);
    expect(await get('/readyz')).toEqual([200, '[+] snapshot ok\n[+] listener ok\n']);
  });

  it('is 503 with the reason while a check fails, and only where that check counts', async () => {
    problems.snapshot = 'no snapshot yet';
    expect(await get('/readyz')).toEqual([503, '[-] snapshot: no snapshot yet\n[+] listener ok\n']);
    expect((await get('/livez'))[0]).toBe(200);
    problems.live = 'stuck';
    expect(await get('/livez')).toEqual([503, '[-] loop: stuck\n']);
  });

  it('is nowhere else', async () => {
    expect((await get('/'))[0]).toBe(404);
  });
});

describe('metrics', () => {
  it('are served in the format of Prometheus, computed at that moment', async () => {
    const before = scrapes;
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; (charset=utf-8; )?version=0\.0\.4/);
    expect(await response.text()).toContain('x_total 0');
    expect(scrapes).toBe(before + 1);
  });
  it('say nothing about what serves them', async () => {
    expect((await fetch(`${url}/metrics`)).headers.get('x-powered-by')).toBeNull();
  });
});

it('a port in use is an error with its code', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const second = new HealthServer({ registry: new Registry(), live: {}, ready: {} });
  await expect(second.listen((other.address() as AddressInfo).port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE' });
  other.close();
});
