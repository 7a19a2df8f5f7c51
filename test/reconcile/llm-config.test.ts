import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { SecretForbiddenError } from '../../src/reconcile/store.ts';
import { Harness, INVALID, PLANTED, UNKNOWN, valid } from './harness.ts';

const MINUTE = 60_000;
const CERTIFICATE = rootCertificates[0] ?? '';

function served(harness: Harness, name = 'main'): string | undefined {
  return harness.content.providers[`team/${name}`]?.credential?.secret;
}

function message(harness: Harness, name = 'main'): string {
  return harness.condition('AILLMConfig', name, 'Ready')?.message ?? '';
}

async function started(): Promise<Harness> {
  const harness = new Harness();
  harness.connection('main');
  await harness.start();
  return harness;
}

describe('AILLMConfig', () => {
  it('is served and Ready once its credential was accepted', async () => {
    const harness = await started();
    expect(served(harness)).toBe(`${PLANTED}-main`);
    expect(harness.content.providers['team/main']).toMatchObject({ endpoint: 'https://api.openai.com/v1', generation: 1 });
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    expect(harness.verdict('AILLMConfig', 'main', 'CredentialsValid')).toBe('True Succeeded');
    expect(harness.verdict('AILLMConfig', 'main', 'Programmed')).toBe('True Succeeded');
    expect(harness.store.get('AILLMConfig', { namespace: 'team', name: 'main' })?.status).toMatchObject({
      models: ['model-a', 'model-b'],
      modelCount: 2,
      lastValidationTime: '2026-11-25T08:00:00Z',
    });
    await harness.check();
  });

  it('names a provider that this version cannot serve, and an endpoint that nobody may call', async () => {
    const harness = new Harness();
    harness.connection('google', 'x', { type: 'Google' });
    harness.connection('metadata', 'x', { type: 'Other', endpoint: 'http://169.254.0.1/v1' });
    await harness.start();
    expect(harness.verdict('AILLMConfig', 'google')).toBe('False ProviderNotSupported');
    expect(harness.verdict('AILLMConfig', 'metadata')).toBe('False EndpointNotAllowed');
    expect(message(harness, 'metadata')).toBe('spec.endpoint is not allowed: 169.254.0.1 is a link-local address');
    for (const name of ['google', 'metadata']) expect(harness.condition('AILLMConfig', name, 'Stalled')?.status).toBe('True');
    expect(harness.calls).toEqual([]);
    expect(harness.content.providers).toEqual({});
    await harness.check();
  });

  it('waits for a missing Secret, a missing key and an empty value, and takes them up when they come', async () => {
    const harness = new Harness();
    harness.config('main');
    await harness.start();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False SecretNotFound');
    expect(harness.condition('AILLMConfig', 'main', 'Reconciling')?.reason).toBe('ProgressingWithRetry');
    harness.store.setSecret('main-secret', { other: 'x' });
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False SecretKeyMissing');
    harness.store.setSecret('main-secret', { apiKey: ' \n' });
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False SecretKeyMissing');
    harness.store.setSecret('main-secret', { apiKey: `${PLANTED}\n` });
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    expect(served(harness)).toBe(PLANTED);
    await harness.check();
  });

  it('names the keys that a Secret has when the one that is asked for is missing, a few of them', async () => {
    const harness = new Harness();
    harness.config('main');
    harness.store.setSecret('main-secret', { token: PLANTED, 'api-key': PLANTED });
    await harness.start();
    expect(message(harness)).toBe(
      'the Secret main-secret has no key apiKey; add it, or name in spec.credentials.secretRef.key one that is there: api-key, token',
    );
    harness.store.setSecret('main-secret', Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`key-${i}`, PLANTED])));
    await harness.run();
    expect(message(harness)).toMatch(/: key-0, key-1, key-10, .* and 22 more$/);
    harness.store.setSecret('main-secret', {});
    await harness.run();
    expect(message(harness)).toBe('the Secret main-secret is empty; give it the key apiKey');
    harness.store.setSecret('main-secret', { apiKey: '' });
    await harness.run();
    expect(message(harness)).toBe('the value under the key apiKey of the Secret main-secret (spec.credentials.secretRef) is empty');
    await harness.check();
  });

  it.each([
    ['a line break', `${PLANTED}\n${PLANTED}`, 'a line break inside'],
    ['a zero byte, as in UTF-16', `${PLANTED}\0x`, 'a control character'],
    ['the delete character', `${PLANTED}\x7fx`, 'a control character'],
    ['a typographic quote', `\u201c${PLANTED}\u201d`, 'a character outside Latin-1'],
    ['an invisible space', `${PLANTED}\u200b`, 'a character outside Latin-1'],
    ['an emoji', `${PLANTED}\u{1f511}`, 'a character outside Latin-1'],
    ['bytes that are no text', `${PLANTED}\ufffd`, 'bytes that are no UTF-8 text'],
  ])('asks nobody with a credential that holds %s, and says where it is and what is wrong', async (_name, secret, what) => {
    const harness = new Harness();
    harness.connection('main', secret);
    await harness.start();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False SecretValueInvalid');
    expect(harness.verdict('AILLMConfig', 'main', 'Stalled')).toBe('True SecretValueInvalid');
    expect(message(harness)).toContain(`the value under the key apiKey of the Secret main-secret (spec.credentials.secretRef) holds ${what}`);
    expect(harness.calls).toEqual([]);
    expect(harness.content.providers).toEqual({});
    await harness.check();
    harness.store.setSecret('main-secret', { apiKey: `${PLANTED}-\u00e9 \t~` });
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
  });

  it('does not hold up the first snapshot of another operator with a credential that cannot be sent', async () => {
    const before = await started();
    await before.engine.stop();
    before.store.setSecret('main-secret', { apiKey: `${PLANTED}\nx` });
    const harness = new Harness({ store: before.store, clock: before.clock, revision: before.revision });
    harness.connection('other');
    await harness.start();
    expect(Object.keys(harness.content.providers)).toEqual(['team/other']);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False SecretValueInvalid');
  });

  it('looks at the access key in the same way', async () => {
    const harness = new Harness();
    harness.store.setSecret('access', { accessKeyId: `${PLANTED}\nx` });
    const secretRef = { name: 'main-secret', key: 'apiKey' };
    harness.connection('main', 'x', { credentials: { secretRef, accessKeySecretRef: { name: 'access', key: 'accessKeyId' } } });
    await harness.start();
    expect(message(harness)).toContain('the key accessKeyId of the Secret access (spec.credentials.accessKeySecretRef) holds a line break');
    await harness.check();
  });

  it.each([
    ['no PEM', `${PLANTED}`],
    ['a private key', `-----BEGIN PRIVATE KEY-----\n${PLANTED}\n-----END PRIVATE KEY-----`],
    ['a damaged certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
    ['a damaged certificate behind a good one', `${CERTIFICATE}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`],
  ])('refuses a CA Secret that holds %s, and names the field', async (_name, ca) => {
    const harness = new Harness();
    harness.store.setSecret('ca', { 'ca.crt': ca });
    harness.connection('main', 'x', { tls: { caSecretRef: { name: 'ca' } } });
    await harness.start();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False SecretValueInvalid');
    expect(message(harness)).toContain('the key ca.crt of the Secret ca (spec.tls.caSecretRef) is no PEM certificate');
    expect(harness.calls).toEqual([]);
    await harness.check();
    harness.store.setSecret('ca', { 'ca.crt': CERTIFICATE });
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
  });

  it('does not serve what was never proven, and says that the provider is not reachable', async () => {
    const harness = new Harness();
    harness.verdicts.set(`${PLANTED}-main`, UNKNOWN);
    harness.connection('main');
    await harness.start();
    expect(harness.content.providers).toEqual({});
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False ProviderUnreachable');
    expect(harness.verdict('AILLMConfig', 'main', 'CredentialsValid')).toBe('Unknown ProviderUnreachable');
    expect(harness.verdict('AILLMConfig', 'main', 'Reconciling')).toBe('True ProgressingWithRetry');
    await harness.check();
    harness.verdicts.delete(`${PLANTED}-main`);
    await harness.run(7_000);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
  });

  it('keeps Ready and makes no status write while an accepted provider cannot be asked', async () => {
    const harness = await started();
    harness.verdicts.set(`${PLANTED}-main`, UNKNOWN);
    await harness.run(12 * MINUTE);
    expect(harness.calls.length).toBeGreaterThan(1);
    const writes = harness.store.statusWrites.length;
    await harness.run(60 * MINUTE);
    expect(harness.store.statusWrites.length).toBe(writes);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    expect(harness.verdict('AILLMConfig', 'main', 'CredentialsValid')).toBe('True Succeeded');
    expect(served(harness)).toBe(`${PLANTED}-main`);
    await harness.check();
  });

  it('stops serving a credential that the provider refuses at the interval, and tells once', async () => {
    const harness = await started();
    harness.verdicts.set(`${PLANTED}-main`, INVALID);
    await harness.run(40 * MINUTE);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False CredentialsInvalid');
    expect(harness.verdict('AILLMConfig', 'main', 'Stalled')).toBe('True CredentialsInvalid');
    expect(harness.content.providers).toEqual({});
    expect(harness.store.events.filter(({ reason }) => reason === 'CredentialsInvalid')).toHaveLength(1);
    await harness.check();
  });

  it('serves a server that asks for no credential', async () => {
    const harness = new Harness();
    harness.store.apply('AILLMConfig', 'main', { type: 'Other', endpoint: 'http://llm.models.svc/v1/' });
    await harness.start();
    expect(harness.content.providers['team/main']).not.toHaveProperty('credential');
    expect(harness.content.providers['team/main']?.endpoint).toBe('http://llm.models.svc/v1');
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
  });

  it('is told which field is missing when the server wants a credential', async () => {
    const harness = new Harness();
    harness.verdicts.set('', { verdict: 'invalid', message: 'HTTP 401: who are you?' });
    harness.store.apply('AILLMConfig', 'main', { type: 'Other', endpoint: 'http://llm.models.svc/v1' });
    await harness.start();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False CredentialsInvalid');
    expect(message(harness)).toBe('the server wants a credential: HTTP 401: who are you?; set spec.credentials.secretRef');
  });

  it('prefers the allow list of the object to what the provider lists', async () => {
    const harness = new Harness();
    harness.connection('main', 'x', { models: [{ name: 'fast', upstreamName: 'model-a' }, { name: 'model-z' }] });
    harness.repository('repo');
    await harness.start();
    expect(harness.content.repositories['team/repo']?.models).toEqual({
      fast: { llm: 'team/main', upstream: 'model-a' },
      'model-z': { llm: 'team/main', upstream: 'model-z' },
    });
  });

  it('lists 200 models in status and counts all of them', async () => {
    const harness = new Harness();
    harness.verdicts.set('x', valid(Array.from({ length: 450 }, (_, i) => `m${String(i).padStart(3, '0')}`).toReversed()));
    harness.connection('main', 'x');
    await harness.start();
    const status = harness.store.get('AILLMConfig', { namespace: 'team', name: 'main' })?.status;
    expect(status?.models).toHaveLength(200);
    expect(status?.models?.[0]).toBe('m000');
    expect(status?.modelCount).toBe(450);
  });

  it('keeps the last good state while reading the Secret is forbidden or fails', async () => {
    const harness = await started();
    harness.store.faults.set('getSecret', new SecretForbiddenError('the operator may not read it'));
    harness.store.setSecret('main-secret', { apiKey: 'other' });
    await harness.run(30_000);
    expect(served(harness)).toBe(`${PLANTED}-main`);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    harness.store.faults.set('getSecret', new Error('the API server is away'));
    await harness.run(30_000);
    expect(served(harness)).toBe(`${PLANTED}-main`);
    harness.store.faults.clear();
    await harness.run(5 * MINUTE);
    expect(served(harness)).toBe('other');
  });

  it('says that it may not read the Secret', async () => {
    const harness = new Harness();
    harness.connection('main');
    harness.store.forbidden.add('team/main-secret');
    await harness.start();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False SecretForbidden');
    await harness.check();
  });

  it('drops the credential at once when its CA Secret is deleted', async () => {
    const harness = new Harness();
    harness.store.setSecret('ca', { 'ca.crt': CERTIFICATE });
    harness.connection('main', 'x', { tls: { caSecretRef: { name: 'ca' } } });
    await harness.start();
    expect(harness.content.providers['team/main']?.ca).toBe(CERTIFICATE);
    harness.store.removeSecret('ca');
    await harness.run();
    expect(harness.content.providers).toEqual({});
  });

  it('writes lastValidationTime at most once per interval', async () => {
    const harness = await started();
    const times = new Set<string | undefined>();
    for (let round = 0; round < 20; round += 1) {
      harness.engine.reportRejected('team/main');
      await harness.run(MINUTE);
      times.add(harness.store.get('AILLMConfig', { namespace: 'team', name: 'main' })?.status?.lastValidationTime);
    }
    expect(harness.calls.length).toBeGreaterThanOrEqual(20);
    expect(times.size).toBeLessThanOrEqual(2);
  });

  it('stops serving an object that is deleted and forgets its metrics', async () => {
    const harness = await started();
    harness.store.remove('AILLMConfig', 'main');
    await harness.run();
    expect(harness.content.providers).toEqual({});
    expect(await harness.registry.getSingleMetricAsString('flashback_resource_condition')).not.toContain('main');
  });

  it('checks again when somebody asks by annotation, and says so in lastHandledReconcileAt', async () => {
    const harness = await started();
    const spec = harness.store.get('AILLMConfig', { namespace: 'team', name: 'main' })?.spec;
    const annotations = { 'ai.flashback.tech/reconcile-requested-at': 'now' };
    harness.store.apply('AILLMConfig', 'main', spec ?? { type: 'OpenAI' }, { annotations });
    await harness.run();
    expect(harness.calls).toHaveLength(2);
    expect(harness.store.get('AILLMConfig', { namespace: 'team', name: 'main' })?.status?.lastHandledReconcileAt).toBe('now');
    harness.store.apply('AILLMConfig', 'main', spec ?? { type: 'OpenAI' }, { annotations });
    await harness.run();
    expect(harness.calls).toHaveLength(2);
  });
});

describe('a changed spec', () => {
  it('that came past the schema is reported on itself, and corrected later', async () => {
    const harness = await started();
    harness.config('main', { validation: { interval: 'often' } });
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False InvalidSpec');
    await harness.check();
    harness.config('main', { validation: { interval: '1h' } });
    await harness.run();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
  });

  it('is served at once when only timeouts change, without another check', async () => {
    const harness = await started();
    harness.config('main', { timeouts: { response: '5s' } });
    await harness.run();
    expect(harness.content.providers['team/main']).toMatchObject({ generation: 2, timeouts: { connect: 10_000, response: 5_000 } });
    expect(harness.calls).toHaveLength(1);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
  });

  it.each([
    { name: 'refuses the credential', answer: INVALID },
    { name: 'cannot be asked', answer: UNKNOWN },
    { name: 'cannot be asked with what the Secret holds now', answer: valid(), secret: `${PLANTED}\nx` },
  ])('says where requests still go when the new endpoint $name', async ({ answer, secret = `${PLANTED}-new` }) => {
    const harness = new Harness();
    harness.connection('main', PLANTED, { endpoint: 'https://old.example/v1/' });
    await harness.start();
    harness.verdicts.set(secret, answer);
    harness.connection('main', secret, { endpoint: 'https://new.example/v1' });
    await harness.run();
    expect(harness.content.providers['team/main']?.endpoint).toBe('https://old.example/v1');
    expect(message(harness)).toMatch(/; requests still go to https:\/\/old\.example\/v1, which was accepted before$/);
    await harness.check();
  });

  it('does not speak of the endpoint when it is the same', async () => {
    const harness = await started();
    harness.verdicts.set(`${PLANTED}-new`, INVALID);
    harness.store.setSecret('main-secret', { apiKey: `${PLANTED}-new` });
    await harness.run();
    expect(message(harness)).toBe('the provider refused the credential: HTTP 401: wrong key; the credential that was accepted before stays in use');
  });

  it('leaves the old endpoint in force while the new one cannot be asked, and is not Ready', async () => {
    const harness = await started();
    harness.verdicts.set(`${PLANTED}-main`, UNKNOWN);
    harness.config('main', { endpoint: 'https://other.example/v1' });
    await harness.run();
    expect(harness.content.providers['team/main']).toMatchObject({ generation: 1, endpoint: 'https://api.openai.com/v1' });
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False ProviderUnreachable');
    await harness.check();
  });
});
