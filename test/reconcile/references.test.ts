// Who refers to which Secrets.
import { expect, it } from 'vitest';
import { referredSecrets } from '../../src/reconcile/references.ts';
import { FakeStore } from '../fake/store.ts';

it('every Secret that credentials, certificates and keys refer to is named with the namespace of its object', () => {
  const store = new FakeStore();
  const secretRef = { name: 'provider', key: 'apiKey' };
  store.apply('AILLMConfig', 'openai', { type: 'OpenAI', credentials: { secretRef } });
  store.apply('AILLMConfig', 'again', { type: 'OpenAI', credentials: { secretRef } });
  store.apply('AILLMConfig', 'aws', {
    type: 'AWS',
    credentials: { secretRef: { name: 'secret-key', key: 'apiKey' }, accessKeySecretRef: { name: 'access-key', key: 'accessKeyId' } },
  });
  const authority = { name: 'authority', key: 'ca.crt' };
  store.apply('AILLMConfig', 'own', { type: 'Other', endpoint: 'https://models.example/v1', tls: { caSecretRef: authority } }, { namespace: 'other' });
  store.apply('Repository', 'chat', { llms: [{ name: 'openai' }], apiKeys: [{ name: 'app' }, { name: 'batch', secretName: 'batch-key' }] });
  expect([...referredSecrets(store)].toSorted()).toEqual([
    'other/authority',
    'team/access-key',
    'team/batch-key',
    'team/chat-app',
    'team/provider',
    'team/secret-key',
  ]);
});
