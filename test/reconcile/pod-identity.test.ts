// AILLMConfigs that authenticate as the pods: closed unless the operator's setting lists their namespace.
import { describe, expect, it } from 'vitest';
import type { Verification } from '../../src/providers/provider.ts';
import type { AILLMConfigSpec } from '../../src/api/generated/aillmconfigs.ts';
import type { CheckTarget } from '../../src/reconcile/credentials.ts';
import { decide, type Answers } from '../../src/reconcile/llm-verdict.ts';
import { Harness, INVALID, PLANTED, UNKNOWN, valid } from './harness.ts';

const MINUTE = 60_000;
const AS_POD: Partial<AILLMConfigSpec> = { type: 'AWS', credentials: { podIdentity: true } };
const NO_IDENTITY: Verification = { verdict: 'unknown', noIdentity: true, message: 'bind an IAM role' };

function aHarness(podIdentityNamespaces: string[] | undefined, spec = AS_POD): Harness {
  const harness = new Harness(podIdentityNamespaces === undefined ? {} : { podIdentityNamespaces });
  harness.config('main', spec);
  harness.repository('repo');
  return harness;
}

function message(harness: Harness): string {
  return harness.condition('AILLMConfig', 'main', 'Ready')?.message ?? '';
}

describe('the identity of the pods', () => {
  it.each([[undefined], [[]], [['team-a', 'tea']]])('is out of reach with the setting %j: nothing is checked or served', async (list) => {
    const harness = aHarness(list);
    await harness.start();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False PodIdentityNotAllowed');
    expect(harness.verdict('AILLMConfig', 'main', 'Stalled')).toBe('True PodIdentityNotAllowed');
    expect(harness.verdict('AILLMConfig', 'main', 'CredentialsValid')).toBe('Unknown PodIdentityNotAllowed');
    for (const word of ['namespace team', 'this operator', '--pod-identity-namespaces']) expect(message(harness)).toContain(word);
    expect(harness.calls).toEqual([]);
    expect(harness.content.providers).toEqual({});
    await harness.check();
  });

  it.each([[['team']], [['other', 'team']], [['*']]])('is served with the setting %j once the operator has proven it', async (list) => {
    const harness = aHarness(list);
    await harness.start();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    expect(harness.condition('AILLMConfig', 'main', 'CredentialsValid')?.message).toContain("identity of the operator's pod");
    const provider = harness.content.providers['team/main'];
    expect(provider).toMatchObject({ podIdentity: true, endpoint: 'https://bedrock-runtime.us-east-1.amazonaws.com' });
    expect(provider).not.toHaveProperty('credential');
    expect(harness.calls).toMatchObject([{ type: 'AWS', podIdentity: true }]);
    await harness.check();
  });

  it('is not what an AILLMConfig gets that merely names no credentials', async () => {
    const harness = new Harness({ podIdentityNamespaces: ['*'] });
    harness.store.apply('AILLMConfig', 'main', { type: 'AWS' });
    await harness.start();
    expect(harness.calls.map(({ podIdentity }) => podIdentity)).toEqual([undefined]);
    expect(harness.content.providers['team/main']).not.toHaveProperty('podIdentity');
  });

  it('goes to no endpoint but those of the cloud, also in objects that came past the schema', async () => {
    for (const type of ['Other', 'AWS'] as const) {
      const harness = aHarness(['*'], { ...AS_POD, type, endpoint: 'https://bedrock.example' });
      await harness.start();
      expect(harness.verdict('AILLMConfig', 'main')).toBe('False InvalidSpec');
      expect(message(harness)).toContain('spec.endpoint');
      expect(harness.calls).toEqual([]);
      await harness.check();
    }
  });

  it('that the operator lacks is told as such, is not called invalid, and is looked for again', async () => {
    const harness = aHarness(['team']);
    harness.verdicts.set('', NO_IDENTITY);
    await harness.start();
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False PodIdentityUnavailable');
    expect(harness.verdict('AILLMConfig', 'main', 'CredentialsValid')).toBe('Unknown PodIdentityUnavailable');
    expect(harness.verdict('AILLMConfig', 'main', 'Reconciling')).toBe('True ProgressingWithRetry');
    expect(message(harness)).toBe('the operator cannot authenticate as its own pod: bind an IAM role');
    expect(harness.content.providers).toEqual({});
    harness.verdicts.set('', valid());
    await harness.run(MINUTE);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    await harness.check();
  });

  it('that was accepted stays in use while the operator has none', async () => {
    const harness = aHarness(['team']);
    await harness.start();
    harness.verdicts.set('', NO_IDENTITY);
    await harness.run(15 * MINUTE);
    expect(harness.calls.length).toBeGreaterThan(1);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('True Succeeded');
    expect(harness.content.providers['team/main']).toMatchObject({ podIdentity: true });
    await harness.check();
  });

  it('that the provider refuses takes the connection out of service, and says whose it is', async () => {
    const harness = aHarness(['team']);
    await harness.start();
    harness.verdicts.set('', INVALID);
    await harness.run(15 * MINUTE);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False CredentialsInvalid');
    expect(message(harness)).toContain("the provider refused the identity of the operator's pod: HTTP 401");
    expect(harness.content.providers).toEqual({});
    await harness.check();
  });

  it('that gateways cannot use is told, although the operator can use its own', async () => {
    const harness = aHarness(['team']);
    await harness.start();
    harness.engine.reportRejected('team/main');
    await harness.run(11_000);
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False CredentialsInvalid');
    expect(message(harness)).toContain('bind the service account of the gateways too');
    expect(message(harness)).toContain('pod-identity-namespaces');
    // There may be gateways that can.
    expect(harness.content.providers['team/main']).toMatchObject({ podIdentity: true });
    await harness.check();
  });

  it('is taken back from what an earlier operator published when the setting no longer lists the namespace', async () => {
    const before = aHarness(['team']);
    await before.start();
    const harness = new Harness({ store: before.store, clock: before.clock, podIdentityNamespaces: ['other'] });
    await before.engine.stop();
    await harness.start(before.snapshot());
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False PodIdentityNotAllowed');
    expect(harness.content.providers).toEqual({});
    await harness.check();
  });

  it('is checked apart from connections of the same endpoint with a Secret, and with nothing at all', async () => {
    const harness = aHarness(['team']);
    harness.connection('second', `${PLANTED}-second`, { type: 'AWS' });
    harness.store.apply('AILLMConfig', 'bare', { type: 'AWS' });
    harness.verdicts.set('', UNKNOWN);
    await harness.start();
    expect(harness.verdict('AILLMConfig', 'second')).toBe('True Succeeded');
    expect(harness.verdict('AILLMConfig', 'main')).toBe('False ProviderUnreachable');
    const means = ({ credential, podIdentity }: CheckTarget): string => (podIdentity ? 'pod' : credential ? 'secret' : 'bare');
    const asked = harness.calls.map(means);
    expect(asked.toSorted()).toEqual(['bare', 'pod', 'secret']);
    await harness.check();
  });
});

describe('decide, for the identity of the pods', () => {
  const now = { candidate: valid(), pending: false, accepted: undefined, rejectedByTraffic: false };
  const base: Answers = { ...now, credential: 'pod', acceptedIsCurrent: true };

  it('never calls the lack of it invalid, whatever was before', () => {
    for (const accepted of [undefined, { which: 'same', proven: true, verification: NO_IDENTITY } as const]) {
      const { serve, tell } = decide({ ...base, candidate: NO_IDENTITY, accepted });
      expect(serve).toBe(accepted === undefined ? 'nothing' : 'candidate');
      expect(tell?.credentialsValid.status).not.toBe('False');
    }
  });
});
