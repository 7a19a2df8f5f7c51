import { describe, expect, it } from 'vitest';
import { redactProviderText } from '../../src/providers/redact.ts';

const redact = (text: string): string => redactProviderText(text, ['very-secret-value', 'abc']);

describe('what a provider says', () => {
  it('loses the secret in every form that an echo may give it', () => {
    const secret = 'canary/secret+value=1';
    const bytes = Buffer.from(secret);
    for (const form of [secret, encodeURIComponent(secret), bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')]) {
      expect(redactProviderText(`bad key ${form}!`, [secret])).toMatch(/^bad key \[key\]=*!$/);
    }
  });

  it('loses characters that a terminal acts on', () => {
    expect(redactProviderText('a\u001b[2J\u0007b\u009bc\nd', [])).toBe('a [2J b c\nd');
  });

  it.each([
    ['the credential itself', 'bad: very-secret-value, again very-secret-value', 'bad: [key], again [key]'],
    ['an OpenAI key', 'Incorrect API key provided: sk-proj-AbC_123-xyz', 'Incorrect API key provided: [key]'],
    ['a masked key', 'Incorrect API key provided: sk-abc***********wxyz', 'Incorrect API key provided: [key]'],
    ['a Google key', 'key AIzaSyA1234567890 refused', 'key [key] refused'],
    ['an AWS key id', 'AKIAIOSFODNN7EXAMPLE refused', '[key] refused'],
    ['an access token of Google', 'ya29.a0AfB_byC-abcdefgh refused', '[key] refused'],
    ['a bearer token', 'sent Bearer abcdef0123456789==', 'sent Bearer [key]'],
    ['an organisation', 'Limit reached in organization org-AbCdEf0123456789 on tokens', 'Limit reached in organization [account] on tokens'],
    ['an organisation without digits', 'in org-AbCdEfGhIjKlMnOpQrSt', 'in [account]'],
    ['a project', 'project proj_4f5Gh7Jk9L', 'project [account]'],
    ['an ARN', 'User: arn:aws:iam::123456789012:user/x is not authorized', 'User: [account] is not authorized'],
  ])('loses %s', (_what, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each(['a user-friendly, user-provided user_identifier', 'the task-based risk-free model gpt-5', 'abc is too short to be a secret', 'organization has no quota'])(
    'keeps %j',
    (text) => {
      expect(redact(text)).toBe(text);
    },
  );
});
