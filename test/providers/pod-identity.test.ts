import { describe, expect, it } from 'vitest';
import { NO_POD_IDENTITY, podIdentityFlaw, podIdentityPolicy, podIdentityRefusal } from '../../src/providers/pod-identity.ts';

const VERTEX = 'https://europe-west4-aiplatform.googleapis.com/v1/projects/p/locations/europe-west4';
const BEDROCK = 'https://bedrock-runtime.eu-central-1.amazonaws.com';

describe('the identity of the pods', () => {
  it.each<{ list: string[]; allowed: string[] }>([
    { list: [], allowed: [] },
    { list: ['team-a'], allowed: ['team-a'] },
    { list: ['team-a', 'x'], allowed: ['team-a', 'x'] },
    { list: ['*'], allowed: ['team-a', 'team-ab', 'x'] },
    { list: ['team-*'], allowed: [] },
  ])('may be used, with the list $list, in $allowed', ({ list, allowed }) => {
    expect(['team-a', 'team-ab', 'x'].filter(podIdentityPolicy(list))).toEqual(allowed);
  });

  it('is refused in words that name namespace, setting and the other way', () => {
    const refusal = podIdentityRefusal('team-a', NO_POD_IDENTITY, 'gateway');
    const words = ['team-a', 'this gateway', '--pod-identity-namespaces', 'spec.credentials.secretRef'];
    for (const word of words) expect(refusal).toContain(word);
    expect(podIdentityRefusal('team-a', podIdentityPolicy(['team-a']), 'gateway')).toBeUndefined();
  });

  it.each([
    ['AWS', BEDROCK],
    ['AWS', 'https://vpce-1-a.bedrock-runtime.eu-central-1.vpce.amazonaws.com'],
    ['Google', VERTEX],
  ] as const)('goes to %s at %s', (type, endpoint) => {
    expect(podIdentityFlaw({ type, endpoint })).toBeUndefined();
  });

  it.each([
    ['AWS', BEDROCK.replace('https', 'http')],
    ['AWS', 'https://bedrock-runtime.eu-central-1.amazonaws.com.evil.example'],
    ['AWS', 'https://evil.example/bedrock-runtime.eu-central-1.amazonaws.com'],
    ['Google', 'https://generativelanguage.googleapis.com/v1beta'],
    ['Google', VERTEX.replace('https', 'http')],
    ['Google', VERTEX.replace('googleapis.com', 'googleapis.com.evil.example')],
    ['Google', BEDROCK],
    ['OpenAI', 'https://api.openai.com/v1'],
    ['Anthropic', VERTEX],
    ['Other', BEDROCK],
  ] as const)('never goes to %s at %s', (type, endpoint) => {
    expect(podIdentityFlaw({ type, endpoint })).toContain('spec.endpoint');
  });
});
