// Connections over TLS: which protocol they speak, and what happens when the certificate authority is replaced on disk.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import 'reflect-metadata';
import { X509CertificateGenerator, SubjectAlternativeNameExtension, BasicConstraintsExtension } from '@peculiar/x509';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Registry } from 'prom-client';
import { createKubeClient, type KubeClient } from '../../src/kubernetes/client.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';
import { FakeClock } from './fixture.ts';

interface Identity {
  cert: string;
  key: string;
}

async function selfSigned(): Promise<Identity> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=api',
    keys,
    signingAlgorithm: algorithm,
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [new BasicConstraintsExtension(true), new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return { cert: certificate.toString('pem'), key: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n` };
}

let directory: string;
let server: Http2SecureServer;
let versions: string[];
let sockets: Set<Socket>;
let clock: FakeClock;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flashback-kube-'));
  versions = [];
  sockets = new Set();
  clock = new FakeClock();
  const identity = await selfSigned();
  server = createSecureServer({ ...identity, allowHTTP1: true }, (request, response) => {
    versions.push(request.httpVersion);
    response.end('{}');
  });
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await writeFile(join(directory, 'ca.crt'), identity.cert);
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  server.close();
  await rm(directory, { recursive: true });
});

async function client(): Promise<KubeClient> {
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const kubeconfig = join(directory, 'config');
  const config = {
    'current-context': 'x',
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'release' } }],
    clusters: [{ name: 'c', cluster: { server: url, 'certificate-authority': 'ca.crt' } }],
    users: [{ name: 'u', user: { token: 'fake-token' } }],
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  return createKubeClient({ kubeconfig, metrics: createOperatorMetrics(new Registry()), clock });
}

const get = { method: 'GET', path: '/api/v1/namespaces/release/configmaps/x' } as const;

test('calls speak HTTP/1.1 over one connection, although the server offers HTTP/2', async () => {
  const kube = await client();
  for (let call = 0; call < 20; call += 1) await kube.request(get);
  expect(new Set(versions)).toEqual(new Set(['1.1']));
  expect(sockets.size).toBeLessThanOrEqual(2);
  expect(kube.namespace).toBe('release');
});

test('a replaced certificate authority is noticed within a minute', async () => {
  const kube = await client();
  await kube.request(get);
  const next = await selfSigned();
  server.setSecureContext(next);
  await writeFile(join(directory, 'ca.crt'), next.cert);
  for (const socket of sockets) socket.destroy();
  await expect(kube.request(get)).rejects.toMatchObject({ code: 0, reason: 'Unreachable' });
  clock.advance(60_000);
  await kube.request(get);
  expect(versions).toHaveLength(2);
});

test('a certificate of somebody else is refused', async () => {
  const kube = await client();
  await writeFile(join(directory, 'ca.crt'), (await selfSigned()).cert);
  await expect(kube.request(get)).rejects.toMatchObject({ code: 0 });
  expect(versions).toEqual([]);
});

test('a kubeconfig without a context is refused by name', async () => {
  const kubeconfig = join(directory, 'empty');
  await writeFile(kubeconfig, '{"clusters":[],"users":[],"contexts":[]}');
  expect(() => createKubeClient({ kubeconfig, metrics: createOperatorMetrics(new Registry()) })).toThrow(
    'empty: the kubeconfig has no current context',
  );
});
