// Tools that a target would refuse by their names reach it by others, the same each time.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChatRequest, Tool } from '../../src/chat/request.ts';
import { withLegalNames } from '../../src/chat/tool-names.ts';

const RULE = { legal: /^[a-zA-Z0-9_-]{1,64}$/, illegalCharacters: /[^a-zA-Z0-9_-]/g, longest: 64 };
const NO_DIGIT_FIRST = { legal: /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/, illegalCharacters: /[^a-zA-Z0-9_-]/g, longest: 64 };

const request = (more: Partial<ChatRequest>): ChatRequest => ({ model: 'm', messages: [], tools: [], options: {}, stream: false, ...more });
const toolsOf = (...names: string[]): Tool[] => names.map((name) => ({ type: 'function', name }));

function namesOf(...names: string[]): string[] {
  const { tools } = withLegalNames(request({ tools: toolsOf(...names) }), RULE).request;
  return tools.map((tool) => (tool.type === 'other' ? '' : tool.name));
}

describe('names of tools', () => {
  it('that are legal leave the request as it is', () => {
    const given = request({ tools: toolsOf('look', 'get_x-1') });
    expect(withLegalNames(given, RULE)).toEqual({ request: given, originals: new Map() });
    expect(withLegalNames(given, RULE).request).toBe(given);
  });

  it('are changed no more than they must', () => {
    expect(namesOf('files.read:all', 'look')).toEqual(['files_read_all', 'look']);
    const { request: renamed, originals } = withLegalNames(request({ tools: toolsOf('2.x') }), NO_DIGIT_FIRST);
    expect(renamed.tools).toEqual([{ type: 'function', name: '_2_x' }]);
    expect(originals).toEqual(new Map([['_2_x', '2.x']]));
  });

  it('never become those of another tool', () => {
    expect(namesOf('a.b', 'a_b')).toEqual([expect.stringMatching(/^a_b_[0-9a-f]{8}$/), 'a_b']);
    const [first, second] = namesOf('a.b', 'a:b');
    expect(first).toMatch(/^a_b_[0-9a-f]{8}$/);
    expect(second).not.toBe(first);
    expect(namesOf('a:b', 'a.b')).toEqual([second, first]);
  });

  it('that are too long keep their beginning and differ by their end', () => {
    const [one, other] = namesOf(`${'x'.repeat(100)}1`, `${'x'.repeat(100)}2`);
    expect(one).toMatch(/^x{55}_[0-9a-f]{8}$/);
    expect(other).toMatch(/^x{55}_[0-9a-f]{8}$/);
    expect(other).not.toBe(one);
  });

  it('are the same in tools, calls, results and the choice', () => {
    const given = request({
      tools: [...toolsOf('a.b'), { type: 'custom', name: 'c d' }, { type: 'other', dialect: 'google', kind: 'x', value: { name: 'a.b' } }],
      messages: [
        { role: 'assistant', at: '', content: [{ type: 'tool-call', id: '1', name: 'a.b', kind: 'function', arguments: '{}' }] },
        { role: 'user', at: '', content: [{ type: 'tool-result', callId: '1', name: 'a.b', content: [] }, { type: 'text', text: 'a.b' }] },
        { role: 'assistant', at: '', content: [{ type: 'tool-call', id: '2', name: 'gone!', kind: 'function', arguments: '{}' }] },
      ],
      options: { seed: 1, toolChoice: { type: 'allowed', names: ['a.b', 'c d'], mode: 'auto' } },
    });
    const { request: renamed, originals } = withLegalNames(given, RULE);
    expect(renamed).toEqual({
      ...given,
      tools: [...toolsOf('a_b'), { type: 'custom', name: 'c_d' }, given.tools[2]],
      messages: [
        { ...given.messages[0], content: [{ type: 'tool-call', id: '1', name: 'a_b', kind: 'function', arguments: '{}' }] },
        { ...given.messages[1], content: [{ type: 'tool-result', callId: '1', name: 'a_b', content: [] }, { type: 'text', text: 'a.b' }] },
        { ...given.messages[2], content: [{ type: 'tool-call', id: '2', name: 'gone_', kind: 'function', arguments: '{}' }] },
      ],
      options: { seed: 1, toolChoice: { type: 'allowed', names: ['a_b', 'c_d'], mode: 'auto' } },
    });
    expect(originals).toEqual(new Map([['a_b', 'a.b'], ['c_d', 'c d'], ['gone_', 'gone!']]));
  });

  it('are renamed where only the choice has them', () => {
    const { request: renamed } = withLegalNames(request({ options: { toolChoice: { type: 'tool', name: 'a.b' } } }), RULE);
    expect(renamed.options.toolChoice).toEqual({ type: 'tool', name: 'a_b' });
  });

  it('of any kind are legal and as many as before, in whatever order they come', () => {
    const anyName = fc.oneof(fc.string({ minLength: 1, maxLength: 130 }), fc.constantFrom('a.b', 'a:b', 'a_b', 'é', '日本', '1'));
    fc.assert(
      fc.property(fc.uniqueArray(anyName, { maxLength: 12 }), (names) => {
        const { request: renamed, originals } = withLegalNames(request({ tools: toolsOf(...names) }), RULE);
        const legal = renamed.tools.map((tool) => (tool.type === 'function' ? tool.name : ''));
        expect(legal.every((name) => RULE.legal.test(name))).toBe(true);
        expect(new Set(legal).size).toBe(names.length);
        expect(legal.map((name) => originals.get(name) ?? name)).toEqual(names);
        expect(namesOf(...names.toReversed())).toEqual(legal.toReversed());
      }),
    );
  });
});
