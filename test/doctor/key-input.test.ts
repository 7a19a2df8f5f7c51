// What a person may hand over as a key.
import { describe, expect, it } from 'vitest';
import { formatKey } from '../../src/api/api-key.ts';
import { formFault, keyIn } from '../../src/doctor/key-input.ts';

const KEY = formatKey(Buffer.alloc(32, 7));

describe('a key', () => {
  it.each([
    ['alone', KEY],
    ['with a line break', `${KEY}\r\n`],
    ['as a header', `Authorization: Bearer ${KEY}\n`],
    ['as the value of a header', `bearer ${KEY}`],
    ['in the file that delivered it', `# A key issued by flashback.\nOPENAI_BASE_URL=http://gateway/v1\nOPENAI_API_KEY=${KEY}\n`],
    ['in the file of another surface', `ANTHROPIC_API_KEY="${KEY}"\n`],
    ['as a shell exports it', `export GEMINI_API_KEY='${KEY}'`],
  ])('is found %s', (_, text) => {
    expect(keyIn(text)).toBe(KEY);
  });

  it('is not found in nothing', () => {
    expect(keyIn(' \n')).toBeUndefined();
  });

  it.each([
    [KEY, undefined],
    [KEY.slice(0, -1), /47 characters/],
    [`${KEY.slice(0, -1)}_`, /checksum/],
    ['xoxb-1', /does not begin/],
  ])('has its faults named without a word of it', (key, fault) => {
    const said = formFault(key);
    if (fault === undefined) return expect(said).toBeUndefined();
    expect(said).toMatch(fault);
    expect(said).not.toContain(key);
  });
});
