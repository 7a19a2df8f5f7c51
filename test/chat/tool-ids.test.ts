// Calls and their results find each other, whatever ids the history carries.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block, Message } from '../../src/chat/request.ts';
import { withLegalIds } from '../../src/chat/tool-ids.ts';

const RULE = { legal: /^[a-z0-9]{9}$/, make: (index: number) => String(index).padStart(9, 'c') };

const call = (id: string): Block => ({ type: 'tool-call', id, name: 'look', kind: 'function', arguments: '{}' });
const result = (callId: string): Block => ({ type: 'tool-result', callId, content: [] });
const assistant = (...content: Block[]): Message => ({ role: 'assistant', content, at: '' });
const user = (...content: Block[]): Message => ({ role: 'user', content, at: '' });

function idsOf(messages: readonly Message[]): string[] {
  return messages.flatMap(({ content }) => content.map((block) => (block.type === 'tool-call' ? block.id : block.type === 'tool-result' ? block.callId : '')));
}

describe('ids of tool calls', () => {
  it('that are legal and name one call each stay', () => {
    expect(idsOf(withLegalIds([assistant(call('abcdefghi')), user(result('abcdefghi'))], RULE))).toEqual(['abcdefghi', 'abcdefghi']);
  });

  it('that the target would refuse are replaced, with their results', () => {
    expect(idsOf(withLegalIds([assistant(call('functions.f:0')), user(result('functions.f:0'))], RULE))).toEqual(['cccccccc0', 'cccccccc0']);
  });

  it('that come again in a later turn name another call', () => {
    const messages = [assistant(call('call_0')), user(result('call_0')), assistant(call('call_0')), user(result('call_0'))];
    expect(idsOf(withLegalIds(messages, RULE))).toEqual(['cccccccc0', 'cccccccc0', 'cccccccc1', 'cccccccc1']);
  });

  it('that parallel calls share go to the results in order', () => {
    expect(idsOf(withLegalIds([assistant(call('x'), call('x')), user(result('x'), result('x'))], RULE))).toEqual([
      'cccccccc0',
      'cccccccc1',
      'cccccccc0',
      'cccccccc1',
    ]);
  });

  it('are left to later calls by one that was never answered', () => {
    const messages = [assistant(call('x')), assistant(call('x')), user(result('x'))];
    expect(idsOf(withLegalIds(messages, RULE))).toEqual(['cccccccc0', 'cccccccc1', 'cccccccc1']);
  });

  it('of a result that names no call is that of the only call without a result', () => {
    const messages = [assistant(call('a'), call('b')), user(result('b'), result('z')), assistant(call('c')), user(result('y'))];
    expect(idsOf(withLegalIds(messages, { ...RULE, legal: /^[a-z]$/ }))).toEqual(['a', 'b', 'b', 'a', 'c', 'c']);
  });

  it.each([
    ['more than one call has no result', [assistant(call('a'), call('b')), user(result('z'))], ['a', 'b', 'z']],
    ['more than one result names no call', [assistant(call('a')), user(result('y'), result('z'))], ['a', 'y', 'z']],
    ['every call has its result', [assistant(call('a')), user(result('a'), result('z'))], ['a', 'a', 'z']],
    ['its call was in an earlier turn', [assistant(call('a')), user(result('a')), assistant(call('b')), user(result('a'))], ['a', 'a', 'b', 'a']],
    ['there is no call', [user(result('z'))], ['z']],
  ])('of a result stays as it is where %s', (_when, messages, ids) => {
    expect(idsOf(withLegalIds(messages, { ...RULE, legal: /^[a-z]$/ }))).toEqual(ids);
  });

  it('are always legal, and those of calls unique', () => {
    const id = fc.constantFrom('a', 'abcdefghi', 'call_0', 'cccccccc0', 'cccccccc1', '');
    const block = fc.oneof(id.map(call), id.map(result));
    fc.assert(
      fc.property(fc.array(fc.array(block, { maxLength: 4 }).map((content) => assistant(...content)), { maxLength: 6 }), (messages) => {
        const renamed = withLegalIds(messages, RULE);
        for (const given of idsOf(renamed)) expect(given).toMatch(RULE.legal);
        const calls = renamed.flatMap(({ content }) => content.flatMap((each) => (each.type === 'tool-call' ? [each.id] : [])));
        expect(new Set(calls).size).toBe(calls.length);
      }),
    );
  });
});
