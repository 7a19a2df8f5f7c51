import { gzipSync } from 'node:zlib';
import { X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { AdminFiles } from '../../src/gateway/admin-files.ts';
import { AUTHORITY_SECRET, ensurePushSecrets, GATEWAY_SECRET, type PushSecrets } from '../../src/push/certificates.ts';
import { issueAuthority, issueGatewayCertificate, issueOperatorCertificate, type PemPair } from '../../src/push/issue.ts';
import { signSnapshot } from '../../src/snapshot/digest.ts';
import type { PolicyCount } from '../../src/snapshot/snapshot.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { ManualClock, mountTls, startAdmin } from '../fake/admin-gateway.ts';
import { issueClientCertificate } from '../fake/other-client.ts';
import { contentWith } from '../fake/snapshots.ts';
import { MemorySecretFiles } from '../fake/secret-files.ts';

const files = new MemorySecretFiles();
let secrets: PushSecrets;
beforeAll(async () => {
  secrets = await ensurePushSecrets(files, { clock: systemClock, namespace: 'flashback-system' });
});

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function start(options: { clock?: ManualClock; files?: MemorySecretFiles; counts?: () => Record<string, PolicyCount> } = {}) {
  const gateway = await startAdmin(options.files ?? files, options);
  cleanUps.push(gateway.stop);
  return gateway;
}

function client(port: number, identity: PemPair | undefined, ca = secrets.ca) {
  const dispatcher = new Agent({ connect: { ca, servername: 'flashback-gateway', ...identity } });
  cleanUps.push(() => dispatcher.destroy());
  const url = `https://127.0.0.1:${port}`;
  return {
    async put(body: string | Buffer, headers: Record<string, string> = { 'content-type': 'application/json' }) {
      const response = await request(`${url}/v1/snapshot`, { dispatcher, method: 'PUT', body, headers });
      return { status: response.statusCode, body: await response.body.json() };
    },
    async report(query: string, signal?: AbortSignal) {
      const response = await request(`${url}/v1/report${query}`, { dispatcher, ...(signal === undefined ? {} : { signal }) });
      return { status: response.statusCode, body: await response.body.json() };
    },
  };
}

const signed = (epoch: number, revision: number) => signSnapshot(contentWith(1), { epoch, revision }, secrets.snapshotKey);
const asJson = (epoch: number, revision: number) => JSON.stringify(signed(epoch, revision));

describe('who may use the push port', () => {
  it('the operator may', async () => {
    const { port, state } = await start();
    const answer = await client(port, secrets.operator).put(asJson(1, 1));
    expect(answer).toEqual({ status: 200, body: { result: 'ACK', revision: 1, digest: state.applied?.digest } });
  });

  it('nobody may without a certificate', async () => {
    const { port, state } = await start();
    await expect(client(port, undefined).put(asJson(1, 1))).rejects.toThrow();
    await expect(client(port, undefined).report('')).rejects.toThrow();
    expect(state.ready).toBe(false);
  });

  it('a gateway may not, with the certificate that it serves with', async () => {
    const { port, state } = await start();
    const bundle = files.bundles.get(GATEWAY_SECRET);
    const own = { cert: bundle?.['tls.crt']?.toString() ?? '', key: bundle?.['tls.key']?.toString() ?? '' };
    expect(new X509Certificate(own.cert).verify(new X509Certificate(secrets.ca).publicKey)).toBe(true);
    await expect(client(port, own).put(asJson(1, 1))).rejects.toThrow();
    expect(state.ready).toBe(false);
  });

  it('a client of our authority under another name may not', async () => {
    const authority = files.bundles.get(AUTHORITY_SECRET);
    const pair = { cert: authority?.['ca.crt']?.toString() ?? '', key: authority?.['ca.key']?.toString() ?? '' };
    const { port, state } = await start();
    const answer = await client(port, await issueClientCertificate(pair, 'flashback-operator-2')).put(asJson(1, 1));
    expect(answer.status).toBe(403);
    expect(state.ready).toBe(false);
  });

  it('an operator of a foreign authority may not, and will not talk to a foreign gateway', async () => {
    const { port, state } = await start();
    const foreign = await issueAuthority(Date.now());
    const operator = await issueOperatorCertificate(foreign, Date.now());
    await expect(client(port, operator).put(asJson(1, 1))).rejects.toThrow();
    await expect(client(port, secrets.operator, foreign.cert).put(asJson(1, 1))).rejects.toThrow(/certificate/);
    expect(state.ready).toBe(false);
  });
});

it('ends with the push port, whatever an operator is in the middle of: a handshake that goes on holds it up no more than a poll does', async () => {
  const gateway = await start();
  const dialling = connect(gateway.port, '127.0.0.1');
  await new Promise((resolve) => dialling.once('connect', resolve));
  const gone = new Promise((resolve) => dialling.once('close', resolve));
  // On a connection of its own, so that the server has taken the other one in by the time of the answer.
  await client(gateway.port, secrets.operator).report('');
  await gateway.admin.close();
  await gone;
});

describe('PUT /v1/snapshot', () => {
  it('takes compressed bodies and refuses what is no JSON, too large or of unknown encoding', async () => {
    const { port } = await start();
    const { put } = client(port, secrets.operator);
    const json = { 'content-type': 'application/json' };
    expect((await put(gzipSync(asJson(1, 1)), { ...json, 'content-encoding': 'gzip' })).body).toMatchObject({ result: 'ACK' });
    expect(await put('{"keys":"secret-text', json)).toEqual({ status: 400, body: { error: 'entity.parse.failed' } });
    expect((await put(gzipSync(`"${'x'.repeat(65 * 1024 * 1024)}"`), { ...json, 'content-encoding': 'gzip' })).status).toBe(413);
    expect((await put(asJson(1, 1), { ...json, 'content-encoding': 'compress' })).status).toBe(415);
    expect((await put(asJson(1, 1), { 'content-type': 'text/plain' })).status).toBe(415);
  });

  it('answers NACK to a lower epoch and keeps the last good snapshot', async () => {
    const { port, state } = await start();
    const { put } = client(port, secrets.operator);
    await put(asJson(3, 7));
    const reason = expect.stringContaining('epoch 2 is over');
    expect((await put(asJson(2, 8))).body).toMatchObject({ result: 'NACK', object: 'snapshot', reason });
    expect((await put('[]')).body).toMatchObject({ result: 'NACK', object: 'snapshot' });
    expect(state.applied).toMatchObject({ epoch: 3, revision: 7 });
  });
});

describe('GET /v1/report', () => {
  it('answers at once when the operator does not know what is in force', async () => {
    const { port, state } = await start({ clock: new ManualClock() });
    const { report } = client(port, secrets.operator);
    expect((await report('')).body).toEqual({ rejectedCredentials: [] });
    state.apply(signed(1, 4));
    const { digest } = signed(1, 4);
    expect((await report('?known=other')).body).toEqual({ applied: { epoch: 1, revision: 4, digest }, rejectedCredentials: [] });
  });

  it('is held while there is no news, and ends with none after 25 seconds', async () => {
    const clock = new ManualClock();
    const { port } = await start({ clock });
    const before = clock.pending;
    const held = client(port, secrets.operator).report('?known=');
    await vi.waitFor(() => expect(clock.pending).toBe(before + 1));
    clock.advance(25_000);
    expect((await held).body).toEqual({ rejectedCredentials: [] });
  });

  it('ends as soon as another snapshot is in force', async () => {
    const clock = new ManualClock();
    const { port, state } = await start({ clock });
    const before = clock.pending;
    const held = client(port, secrets.operator).report('?known=');
    await vi.waitFor(() => expect(clock.pending).toBe(before + 1));
    state.apply(signed(1, 1));
    expect((await held).body).toMatchObject({ applied: { revision: 1 } });
    expect(clock.pending).toBe(before);
  });

  it('tells each rejected credential once, at once', async () => {
    const clock = new ManualClock();
    const { port, admin } = await start({ clock });
    const { report } = client(port, secrets.operator);
    const before = clock.pending;
    const held = report('?known=');
    await vi.waitFor(() => expect(clock.pending).toBe(before + 1));
    admin.reportRejectedCredential('team/main');
    expect((await held).body).toEqual({ rejectedCredentials: ['team/main'] });
    admin.reportRejectedCredential('team/main');
    admin.reportRejectedCredential('team/main');
    admin.reportRejectedCredential('team/other');
    expect((await report('?known=')).body).toEqual({ rejectedCredentials: ['team/main', 'team/other'] });
    expect((await report('')).body).toEqual({ rejectedCredentials: [] });
  });

  it('tells what policies have counted so far, and which process has, within five seconds', async () => {
    const clock = new ManualClock();
    const count = { evaluations: 1, violations: 0, alerted: 0, blocked: 0, failures: 0 };
    const { port } = await start({ clock, counts: () => ({ 'team/cards': { ...count } }) });
    const { report } = client(port, secrets.operator);
    const first = (await report('')).body as { policies: object; process: { id: string; uptime: number } };
    expect(first).toMatchObject({ policies: { 'team/cards': count }, process: { uptime: 0 } });
    const before = clock.pending;
    const held = report('?known=');
    await vi.waitFor(() => expect(clock.pending).toBe(before + 2));
    clock.advance(5_000);
    expect(clock.pending).toBe(before + 2);
    count.evaluations = 2;
    clock.advance(5_000);
    expect((await held).body).toMatchObject({ policies: { 'team/cards': { evaluations: 2 } }, process: { id: first.process.id, uptime: 10_000 } });
    expect(clock.pending).toBeLessThanOrEqual(before);
  });

  it('forgets a poll whose operator has gone, and keeps the news for the next', async () => {
    const clock = new ManualClock();
    const { port, admin } = await start({ clock });
    const { report } = client(port, secrets.operator);
    const before = clock.pending;
    const abort = new AbortController();
    const gone = report('?known=', abort.signal);
    await vi.waitFor(() => expect(clock.pending).toBe(before + 1));
    abort.abort();
    await expect(gone).rejects.toThrow();
    await vi.waitFor(() => expect(clock.pending).toBe(before));
    admin.reportRejectedCredential('team/main');
    expect((await report('?known=')).body).toEqual({ rejectedCredentials: ['team/main'] });
  });

  it('counts as confirmation only when what is in force is what the operator wants', async () => {
    const clock = new ManualClock();
    const { port, state } = await start({ clock });
    const { report } = client(port, secrets.operator);
    state.apply(signed(1, 1));
    const { digest } = signed(1, 1);
    clock.advance(60_000);
    await report('?current=another');
    expect(state.ageSeconds()).toBe(60);
    await report(`?current=${digest}`);
    expect(state.ageSeconds()).toBe(0);
  });
});

describe('the files of the push port', () => {
  it('are waited for, and the log says once where and by which flag', async () => {
    const [clock, abort, lines] = [new ManualClock(), new AbortController(), new Array<string>()];
    const logger = createLogger({ name: 'test', level: 'info', destination: { write: (line) => void lines.push(line) } });
    const opened = AdminFiles.open({ directory: '/no/such/directory', clock, logger }, abort.signal);
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    clock.advance(1_000);
    await vi.waitFor(() => expect(clock.pending).toBe(1));
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({
        msg: 'waiting for the files of the push channel in /no/such/directory; --tls-dir names another directory',
        reason: expect.stringContaining('ENOENT') as string,
      }),
    ]);
    abort.abort();
    clock.advance(1_000);
    await expect(opened).rejects.toThrow();
  });

  it('are taken over when they change, and mutual TLS stays in force', async () => {
    const own = new MemorySecretFiles();
    const before = await ensurePushSecrets(own, { clock: systemClock, namespace: 'n' });
    const { port, adminFiles, directory, state } = await start({ files: own });
    const put = (ca: string, identity: PemPair | undefined, key: Buffer, revision: number) =>
      client(port, identity, ca).put(JSON.stringify(signSnapshot(contentWith(1), { epoch: 1, revision }, key)));
    expect((await put(before.ca, before.operator, before.snapshotKey, 1)).body).toMatchObject({ result: 'ACK' });
    own.bundles.clear();
    const after = await ensurePushSecrets(own, { clock: systemClock, namespace: 'n' });
    await mountTls(own, directory);
    await adminFiles.reload();
    await expect(put(before.ca, before.operator, before.snapshotKey, 2)).rejects.toThrow();
    await expect(put(after.ca, before.operator, before.snapshotKey, 2)).rejects.toThrow();
    await expect(put(after.ca, undefined, after.snapshotKey, 2)).rejects.toThrow();
    expect((await put(after.ca, after.operator, after.snapshotKey, 2)).body).toMatchObject({ result: 'ACK' });
    expect(state.applied?.revision).toBe(2);
  });

  it('stay in force while new ones do not fit together', async () => {
    const { port, adminFiles, directory } = await start();
    const good = adminFiles.current;
    const other = await issueGatewayCertificate(await issueAuthority(Date.now()), Date.now(), 'n');
    await writeFile(join(directory, 'tls.key'), other.key);
    await adminFiles.reload();
    expect(adminFiles.current).toBe(good);
    await mountTls(files, directory);
    await writeFile(join(directory, 'snapshot.key'), 'short');
    await adminFiles.reload();
    expect(adminFiles.current).toBe(good);
    expect((await client(port, secrets.operator).report('')).status).toBe(200);
  });
});
