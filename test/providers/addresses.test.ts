import { describe, expect, it } from 'vitest';
import { guardedLookup, refuseAddress, refuseEndpoint } from '../../src/providers/addresses.ts';

const CLUSTER = { allowLoopback: false };
const LAPTOP = { allowLoopback: true };

const METADATA = ['169.254.169.254', '169.254.170.2', 'fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254', '::169.254.169.254', '::127.0.0.1', '100.100.100.200', '168.63.129.16', '192.0.0.192', '::ffff:169.254.169.254'];
const TRANSLATED = ['64:ff9b::a9fe:a9fe', '64:ff9b::169.254.169.254', '64:ff9b::6464:64c8', '64:ff9b:1::a9fe:a9fe', '64:ff9b:1:a9fe:a9:fe00::', '2002:a9fe:a9fe::'];
const RESERVED = ['0.0.0.0', '0.1.2.3', '224.0.0.1', '255.255.255.255', '::', 'fe80::1', 'ff02::1', '::ffff:0.0.0.0'];
const LOOPBACK = ['127.0.0.1', '127.255.0.1', '::1', '::ffff:127.0.0.1', '::ffff:7f00:1', '64:ff9b::7f00:1'];
const FINE = ['10.0.0.1', '192.168.1.1', '172.16.0.1', '8.8.8.8', '100.64.0.1', '2001:4860:4860::8888', 'fd12::1', '64:ff9b::808:808', '64:ff9b::a00:1'];

describe('an address', () => {
  it.each([...METADATA, ...TRANSLATED, ...RESERVED])('%s is refused everywhere', (address) => {
    expect(refuseAddress(address, LAPTOP)).toContain('reserved');
    expect(refuseAddress(address, CLUSTER)).toContain('reserved');
  });
  it.each(LOOPBACK)('%s is refused in a cluster and accepted on a laptop', (address) => {
    expect(refuseAddress(address, CLUSTER)).toContain('loopback');
    expect(refuseAddress(address, LAPTOP)).toBeUndefined();
  });
  it.each(FINE)('%s is accepted', (address) => {
    expect(refuseAddress(address, CLUSTER)).toBeUndefined();
  });
});

describe('an endpoint', () => {
  it.each([
    'http://169.254.169.254/v1',
    'http://[::ffff:169.254.169.254]/v1',
    'https://[64:ff9b::a9fe:a9fe]/v1',
    'https://[2002:a9fe:a9fe::]/v1',
    'http://2852039166/v1',
    'http://0xa9fea9fe/v1',
    'http://0251.0376.0251.0376/v1',
    'http://metadata.google.internal/v1',
    'http://METADATA.google.internal./v1',
    'ftp://example.com/v1',
    'https://user@example.com/v1',
    'https://example.com/v1?x=1',
    'https://example.com/v1#x',
    'nonsense',
  ])('%s is refused', (endpoint) => {
    expect(refuseEndpoint(endpoint, LAPTOP)).toBeTypeOf('string');
  });
  it.each(['http://localhost:1/v1', 'http://a.localhost/v1', 'http://LOCALHOST./v1', 'http://127.1/v1', 'http://2130706433/', 'http://[::1]/v1'])(
    '%s is refused in a cluster only',
    (endpoint) => {
      expect(refuseEndpoint(endpoint, CLUSTER)).toContain('loopback');
      expect(refuseEndpoint(endpoint, LAPTOP)).toBeUndefined();
    },
  );
  it.each(['https://api.openai.com/v1', 'http://vllm.models.svc:8000/v1', 'https://10.0.0.1/v1', 'https://[fd12::1]:8443/v1'])('%s is accepted', (endpoint) => {
    expect(refuseEndpoint(endpoint, CLUSTER)).toBeUndefined();
  });
});

describe('a name', () => {
  const resolve = (policy: { allowLoopback: boolean }, all: boolean): Promise<unknown> =>
    new Promise((settle) => {
      guardedLookup(policy)('localhost', { all }, (error, address) => settle(error ?? address));
    });

  it('that resolves to a refused address is not connected to', async () => {
    expect(await resolve(CLUSTER, true)).toMatchObject({ code: 'EACCES' });
    expect(await resolve(CLUSTER, false)).toMatchObject({ code: 'EACCES' });
  });
  it('is resolved in the form that was asked for', async () => {
    expect(await resolve(LAPTOP, false)).toMatch(/^127\.|^::1$/);
    expect(await resolve(LAPTOP, true)).toEqual(expect.arrayContaining([expect.objectContaining({ family: expect.any(Number) })]));
  });
});
