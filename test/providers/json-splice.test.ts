import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { insertFirst, spliceValues, topLevelMembers } from '../../src/providers/json-splice.ts';

function members(text: string): [name: string, value: string][] {
  const raw = Buffer.from(text);
  return topLevelMembers(raw).map(({ name, start, end }) => [name, raw.toString('utf8', start, end)]);
}

describe('members', () => {
  it.each([
    ['{}', []],
    [' { } ', []],
    ['{"a":1}', [['a', '1']]],
    ['\n{ "a" :\t1 ,\r\n "b" : null }\n', [['a', '1'], ['b', 'null']]],
    ['{"a":{"a":[1,{"b":"}"}]},"c":[[],[]]}', [['a', '{"a":[1,{"b":"}"}]}'], ['c', '[[],[]]']]],
    ['{"a":"\\\\","b":"\\"","c":"\\\\\\""}', [['a', '"\\\\"'], ['b', '"\\""'], ['c', '"\\\\\\""']]],
    ['{"a:,}":"x:,}","b":2}', [['a:,}', '"x:,}"'], ['b', '2']]],
    ['{"m\\u006fdel":1,"model":2}', [['model', '1'], ['model', '2']]],
    ['{"größe":"🙂","z":1e400}', [['größe', '"🙂"'], ['z', '1e400']]],
  ])('of %j are found where they are', (text, expected) => {
    expect(members(text)).toEqual(expected);
  });

  it('of any object are those that JSON.parse sees', () => {
    const spacing = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), spacing, (object, space) => {
        const found = members(JSON.stringify(object, null, space)).map(([name, value]) => [name, JSON.parse(value) as unknown]);
        expect(found).toEqual(Object.entries(JSON.parse(JSON.stringify(object)) as object));
      }),
    );
  });
});

it('a spliced value changes no other byte', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (before, after) => {
      const rest = (object: object): string => JSON.stringify(object, null, 1).slice(1, -1).trimEnd();
      const text = `{${[rest(before), ' "model" :\t"old" ', rest(after)].filter((part) => part.trim() !== '').join(',')}}`;
      const raw = Buffer.from(text);
      const found = topLevelMembers(raw).filter(({ name, start }) => name === 'model' && raw.subarray(start).toString().startsWith('"old" '));
      const spliced = spliceValues(raw, found.map((member) => ({ member, json: '"new"' })));
      expect(spliced.toString()).toBe(text.replace(' "model" :\t"old" ', ' "model" :\t"new" '));
    }),
  );
});

it('several values are spliced in the order of the text, whatever the order of the list', () => {
  const raw = Buffer.from('{"a":1,"b":2}');
  const [a, b] = topLevelMembers(raw);
  expect(spliceValues(raw, [{ member: b!, json: '"bb"' }, { member: a!, json: '[]' }]).toString()).toBe('{"a":[],"b":"bb"}');
});

it('a member goes in front of the others', () => {
  expect(insertFirst(Buffer.from(' \n{ "a":1}'), '"x":2').toString()).toBe(' \n{"x":2, "a":1}');
});
