import { describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { ANNOTATIONS, LABELS } from '../../src/api/resources.ts';
import type { StoredSecret } from '../../src/standalone/key-file.ts';
import { describeKeyChange } from '../../src/standalone/key-news.ts';

const PATH = '.flashback/keys/quickstart.assistant.app.env';
const END = '2026-01-02T00:00:00Z';

function aKey(key: string, data: Record<string, string> = {}): StoredSecret {
  return {
    key: { namespace: 'quickstart', name: 'assistant-app' },
    uid: 'u',
    owner: { kind: 'Repository', name: 'assistant', uid: 'u-1' },
    data: { OPENAI_API_KEY: key, OPENAI_BASE_URL: 'http://h/v1', FLASHBACK_KEY_SHA256: hashKey(key), ...data },
    labels: { [LABELS.repository]: 'assistant', [LABELS.apiKey]: 'app' },
    annotations: { [ANNOTATIONS.previousKeyExpiresAt]: END },
  };
}

const rotated = aKey('sk-two', { FLASHBACK_PREVIOUS_KEY_SHA256: hashKey('sk-one') });
const edited = { ...aKey('sk-one'), data: { ...aKey('sk-one').data, OPENAI_API_KEY: 'sk-mine' } };

describe('the line about a key', () => {
  it.each([
    ['issued', undefined, aKey('sk-one'), `new key in ${PATH}`, true],
    ['revoked', aKey('sk-one'), undefined, `revoked; it is no longer in ${PATH}`, false],
    ['edited', aKey('sk-one'), edited, `revoked, because it was edited in ${PATH}`, false],
    ['replaced after an edit', edited, aKey('sk-two'), `new key in ${PATH}`, true],
    ['replaced at once', aKey('sk-one'), aKey('sk-two'), `new key in ${PATH}; the one before is revoked`, false],
    ['rotated', aKey('sk-one'), rotated, `new key in ${PATH}; the one before works until ${END}`, false],
  ])('says that it was %s', (_case, before, after, line, harmless) => {
    expect(describeKeyChange({ before, after, path: PATH })).toEqual({ line: `key quickstart/assistant app: ${line}`, harmless });
  });

  it('is none when the key is what it was', () => {
    const moved = aKey('sk-one', { OPENAI_BASE_URL: 'http://elsewhere/v1' });
    expect(describeKeyChange({ before: aKey('sk-one'), after: moved, path: PATH })).toBeUndefined();
    expect(describeKeyChange({ before: rotated, after: aKey('sk-two'), path: PATH })).toBeUndefined();
  });

  it('never holds a key', () => {
    expect(JSON.stringify(describeKeyChange({ before: aKey('sk-one'), after: rotated, path: PATH }))).not.toContain('sk-');
  });
});
