import { describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { ANNOTATIONS, KEY_VARIABLES, LABELS, type KeyType } from '../../src/api/resources.ts';
import type { StoredSecret } from '../../src/standalone/key-file.ts';
import { describeKeyChange } from '../../src/standalone/key-news.ts';

const PATH = '.flashback/keys/quickstart.assistant.app.env';
const END = '2026-01-02T00:00:00Z';

function aKey(key: string, data: Record<string, string> = {}, type: KeyType = 'OpenAI'): StoredSecret {
  const names = KEY_VARIABLES[type];
  return {
    key: { namespace: 'quickstart', name: 'assistant-app' },
    uid: 'u',
    owner: { kind: 'Repository', name: 'assistant', uid: 'u-1' },
    data: { [names.key]: key, [names.baseUrl]: 'http://h/v1', FLASHBACK_KEY_SHA256: hashKey(key), ...data },
    labels: { [LABELS.repository]: 'assistant', [LABELS.apiKey]: 'app' },
    annotations: { [ANNOTATIONS.previousKeyExpiresAt]: END },
  };
}

const rotated = aKey('sk-two', { FLASHBACK_PREVIOUS_KEY_SHA256: hashKey('sk-one') });

describe.each(Object.keys(KEY_VARIABLES) as KeyType[])('the line about a key of type %s', (type) => {
  const before = aKey('sk-one', {}, type);
  const edited = aKey('sk-one', { [KEY_VARIABLES[type].key]: 'sk-mine' }, type);
  const after = aKey('sk-two', {}, type);
  const overlapping = aKey('sk-two', { FLASHBACK_PREVIOUS_KEY_SHA256: hashKey('sk-one') }, type);

  it.each([
    ['issued', undefined, before, `new key in ${PATH}`, true],
    ['revoked', before, undefined, `revoked; it is no longer in ${PATH}`, false],
    ['edited', before, edited, `revoked, because it was edited in ${PATH}`, false],
    ['replaced after an edit', edited, after, `new key in ${PATH}`, true],
    ['replaced at once', before, after, `new key in ${PATH}; the one before is revoked`, false],
    ['rotated', before, overlapping, `new key in ${PATH}; the one before works until ${END}`, false],
  ])('says that it was %s', (_case, was, is, line, harmless) => {
    expect(describeKeyChange({ before: was, after: is, path: PATH })).toEqual({ line: `key quickstart/assistant app: ${line}`, harmless });
  });

});

describe('the line about a key', () => {
  it('names the variables when the type of the key was changed', () => {
    expect(describeKeyChange({ before: aKey('sk-one'), after: aKey('sk-one', {}, 'Google'), path: PATH })).toEqual({
      line: `key quickstart/assistant app: works as GEMINI_API_KEY in ${PATH} now, and no longer as OPENAI_API_KEY`,
      harmless: false,
    });
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
