// Names of tools that Google takes.
import { describe, expect, it } from 'vitest';
import { withLegalNames } from '../../../src/chat/tool-names.ts';
import { googleProvider } from '../../../src/dialects/google/dialect.ts';
import { chat } from './helpers.ts';

const nameAtGoogle = (name: string) => {
  const { request } = withLegalNames(chat({ tools: [{ type: 'function', name }] }), googleProvider.toolNames!);
  return request.tools[0]!.type === 'other' ? '' : request.tools[0]!.name;
};

describe('the name of a tool', () => {
  it.each(['get_weather', '_private', 'a.b:c-d', 'x'.repeat(64)])('%s stays', (name) => {
    expect(nameAtGoogle(name)).toBe(name);
  });

  it.each([
    ['2fa_check', '_2fa_check'],
    ['-x', '_-x'],
    ['wetter für orte', 'wetter_f_r_orte'],
  ])('%s becomes %s', (name, legal) => {
    expect(nameAtGoogle(name)).toBe(legal);
  });

  it('that is too long is cut, and stays apart from others', () => {
    const [one, other] = ['a', 'b'].map((end) => nameAtGoogle('x'.repeat(100) + end));
    expect(one).toMatch(/^x+_[0-9a-f]{8}$/);
    expect(one).toHaveLength(64);
    expect(one).not.toBe(other);
  });
});
