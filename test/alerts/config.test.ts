// The file of receivers: what it may say, and that every mistake is told by the field, without the value.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { load } from 'js-yaml';
import { parseAlertsConfig, readAlertsConfig, type AlertsConfig } from '../../src/alerts/config.ts';
import { codeBlocks } from '../docs/markdown.ts';

const FILES: Record<string, string> = {
  'signing-key': `whsec_${Buffer.alloc(24, 9).toString('base64')}`,
  'slack-url': 'https://hooks.slack.example/services/T0/B0/canary\n',
  key: `whsec_${Buffer.alloc(24, 7).toString('base64')}`,
  plain: 'a'.repeat(32),
  short: 'abc',
  empty: ' \n',
  token: 'bearer-canary',
};

function parse(text: string | object): AlertsConfig {
  const readFile = (path: string): string => {
    const content = FILES[path];
    if (content === undefined) throw new Error('ENOENT');
    return content;
  };
  return parseAlertsConfig({ text: typeof text === 'string' ? text : JSON.stringify(text), readFile, addresses: { allowLoopback: false } });
}
const one = (receiver: object, rest: object = {}): object => ({
  ...rest,
  receivers: [{ name: 'ops', type: 'webhook', url: 'https://alerts.example/hook', ...receiver }],
});

it('takes what docs/alerts.md shows, as a file and as values of the chart', () => {
  const [file = '', values = ''] = codeBlocks('docs/alerts.md', 'yml');
  expect(parse(file).receivers.map(({ name }) => name)).toEqual(['security', 'chat', 'pager']);
  const { alerts } = load(values) as { alerts: { config: object } };
  expect(parse(alerts.config).receivers.map(({ name }) => name)).toEqual(['chat', 'pager']);
});

it('reads YAML with all that there is to say', () => {
  const { window, receivers } = parse(`
window: 10m
receivers:
  - name: ops
    type: webhook
    url: https://alerts.example/hook?team=a
    signingKeyFile: key
    bearerTokenFile: token
    timeout: 3s
    actions: [Block]
  - {name: chat, type: slack, urlFile: slack-url}
  - {name: pager, type: alertmanager, url: "http://alertmanager.monitoring.svc:9093"}
`);
  expect(window).toBe(600_000);
  expect(receivers.map(({ url }) => url.href)).toEqual([
    'https://alerts.example/hook?team=a',
    'https://hooks.slack.example/services/T0/B0/canary',
    'http://alertmanager.monitoring.svc:9093/api/v2/alerts',
  ]);
  expect(receivers[0]).toMatchObject({ timeout: 3_000, actions: ['Block'], bearerToken: 'bearer-canary', signingKey: Buffer.alloc(24, 7) });
  expect(receivers[1]).toMatchObject({ timeout: 10_000, actions: ['Alert', 'Block'] });
});

it('reads JSON, a window of five minutes without one, and a key that is plain text', () => {
  const { window, receivers } = parse(one({ signingKeyFile: 'plain' }));
  expect([window, receivers[0]!.signingKey]).toEqual([300_000, Buffer.from('a'.repeat(32))]);
});

it.each<[string | object, string]>([
  ['{', 'it is neither YAML nor JSON'],
  ['[]', 'the file must be object'],
  [{}, 'receivers is required'],
  [{ receivers: [] }, 'receivers must NOT have fewer than 1 items'],
  [{ receivers: [{ type: 'slack' }] }, 'receivers[0].name is required'],
  [one({ name: 'Ops Team' }), 'receivers[0].name must have lower-case letters'],
  [one({ type: 'pagerduty' }), 'receivers[0].type must be one of webhook, slack, alertmanager'],
  [one({ secret: 'canary' }), 'receivers[0].secret is not known; there are name, type, url'],
  [one({}, { windows: '5m' }), 'windows is not known; there are window, receivers'],
  [one({}, { window: 'soon' }), 'window must be a duration such as 30s or 5m'],
  [one({}, { window: '48h' }), 'window must be more than nothing and at most 86400s'],
  [one({ timeout: '5m' }), 'receivers[0].timeout must be more than nothing and at most 60s'],
  [one({ actions: ['Log'] }), 'receivers[0].actions[0] must be one of Alert, Block'],
  [one({ url: undefined }), 'receivers[0] must have either url or urlFile'],
  [one({ urlFile: 'slack-url' }), 'receivers[0] must have either url or urlFile'],
  [one({ url: 'canary' }), 'receivers[0].url must be a URL'],
  [one({ url: 'https://user:canary@alerts.example/' }), 'receivers[0].url must have no user and no fragment'],
  [one({ url: 'ftp://alerts.example/canary' }), 'receivers[0].url: ftp: is not supported'],
  [
    one({ url: 'http://169.254.169.254/canary' }),
    'receivers[0].url: 169.254.169.254 is a link-local, metadata or otherwise reserved address',
  ],
  [one({ url: 'http://localhost:9093/canary' }), 'receivers[0].url: localhost is a loopback address'],
  [one({ url: undefined, urlFile: 'missing' }), 'receivers[0].urlFile: the file missing cannot be read'],
  [one({ signingKeyFile: 'empty' }), 'receivers[0].signingKeyFile: the file empty is empty'],
  [one({ signingKeyFile: 'short' }), 'receivers[0].signingKeyFile must hold at least 16 bytes'],
  [one({ type: 'alertmanager', signingKeyFile: 'key' }), 'receivers[0].signingKeyFile is for receivers of type webhook'],
  [one({ type: 'slack', bearerTokenFile: 'token' }), 'receivers[0].bearerTokenFile is not for receivers of type slack'],
  [
    {
      receivers: [
        { name: 'a', type: 'slack', url: 'https://a.example' },
        { name: 'a', type: 'slack', url: 'https://b.example' },
      ],
    },
    'receivers: the name a is there twice',
  ],
])('refuses %j by the field', (config, message) => {
  let thrown: unknown;
  try {
    parse(config);
  } catch (error) {
    thrown = error;
  }
  expect(String(thrown)).toContain(message);
  expect(String(thrown)).not.toMatch(/canary|user:/);
});

it('finds files beside its own, and names itself in what is wrong', () => {
  const directory = mkdtempSync(join(tmpdir(), 'alerts-'));
  try {
    const path = join(directory, 'alerts.yaml');
    writeFileSync(path, JSON.stringify({ receivers: [{ name: 'chat', type: 'slack', urlFile: 'url' }] }));
    const allowed = { allowLoopback: false };
    expect(() => readAlertsConfig(path, allowed)).toThrow(`--alerts-config ${path}: receivers[0].urlFile: the file url cannot be read`);
    writeFileSync(join(directory, 'url'), 'https://hooks.slack.example/x');
    expect(readAlertsConfig(path, allowed).receivers[0]!.url.pathname).toBe('/x');
    expect(() => readAlertsConfig(join(directory, 'none'), allowed)).toThrow('cannot be read');
  } finally {
    rmSync(directory, { recursive: true });
  }
});
