import { describe, expect, it } from 'vitest';
import type { AILLMConfig } from '../../src/api/resources.ts';
import { readSecrets } from '../../src/reconcile/llm-secrets.ts';
import { FakeStore } from '../fake/store.ts';
import { PLANTED } from './harness.ts';

const BROKEN_LINE = /^the value under the key apiKey of the Secret main \(spec\.credentials\.secretRef\) holds a line break inside/;

/** As consoles and command lines write it. */
function credentialsFile(type: unknown): string {
  return `${JSON.stringify({ type, private_key: `-----BEGIN PRIVATE KEY-----\n${PLANTED}\n-----END PRIVATE KEY-----\n` }, null, 2)}\n`;
}

async function read(type: AILLMConfig['spec']['type'], value: string, spec: Partial<AILLMConfig['spec']['credentials']> = {}) {
  const store = new FakeStore();
  store.setSecret('main', { apiKey: value, accessKeyId: value });
  store.apply('AILLMConfig', 'main', { type, credentials: { secretRef: { name: 'main', key: 'apiKey' }, ...spec } });
  const secrets = await readSecrets(store, store.get('AILLMConfig', { namespace: 'team', name: 'main' })!);
  if ('problem' in secrets) throw new Error(secrets.problem.message);
  return secrets;
}

describe('a credentials file of Google Cloud, on many lines', () => {
  it.each([
    'service_account',
    'external_account',
    'external_account_authorized_user',
    'authorized_user',
    'impersonated_service_account',
    'gdch_service_account',
  ])('of type %s can be used with Google, where it is in no header', async (type) => {
    const { flaw, credential } = await read('Google', credentialsFile(type));
    expect(flaw).toBeUndefined();
    expect(credential?.secret).toBe(credentialsFile(type).trim());
  });

  it.each(['OpenAI', 'Anthropic', 'AWS', 'Other'] as const)('cannot be used with %s', async (type) => {
    expect((await read(type, credentialsFile('service_account'))).flaw).toMatch(BROKEN_LINE);
  });

  it('is no access key id', async () => {
    const { flaw } = await read('Google', credentialsFile('service_account'), { accessKeySecretRef: { name: 'main', key: 'accessKeyId' } });
    expect(flaw).toContain('(spec.credentials.accessKeySecretRef) holds a line break inside');
  });
});

describe('a value on many lines that is no credentials file', () => {
  it.each([
    ['two keys', 'AIza-one\nAIza-two'],
    ['JSON of another type', credentialsFile('something_else')],
    ['JSON whose type is no text', credentialsFile(['service_account'])],
    ['JSON without a type', '{\n"private_key": "x"\n}'],
    ['a file that was cut', credentialsFile('service_account').slice(0, -4)],
    ['a list of files', `[\n${credentialsFile('service_account')}]`],
    ['a text in JSON', `"service_account\n"`],
    ['nothing in JSON', 'null\n\u{fffd}\nnull'],
  ])('is refused for Google too, and not shown: %s', async (_case, value) => {
    const { flaw } = await read('Google', value);
    expect(flaw).toMatch(BROKEN_LINE);
    expect(flaw).not.toContain(PLANTED);
  });
});
