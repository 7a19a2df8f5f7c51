// Merging and writing down: whatever is merged, folded or written, the sums stay.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Contents } from '../../../src/gateway/ledger/contents.ts';
import { folded, without } from '../../../src/gateway/ledger/fold.ts';
import { decode, encode, rowLine, usageLine, violationLine } from '../../../src/gateway/ledger/journal.ts';
import { LEVELS } from '../../../src/gateway/ledger/parts.ts';
import type { EntryDimensions, UsageAmounts, ViolationEntry } from '../../../src/ledger/entries.ts';
import { aViolation, DIMENSIONS, sumOf } from '../../fake/spool.ts';

type Told = { dimensions: EntryDimensions; minute: number; amounts: UsageAmounts } | ViolationEntry;

const count = fc.nat(2 ** 40);
const name = fc.oneof(fc.constantFrom('', 'a', 'b', 'a\nb', '"]', '\u2028'), fc.string({ unit: 'grapheme', maxLength: 6 }));
const dimensions = fc.record({ user: name, conversation: name, model: fc.constantFrom('small-1', 'large-1', '') }).map((given) => ({ ...DIMENSIONS, ...given }));
const usage = fc.record({
  dimensions,
  minute: fc.integer({ min: 29_000_000, max: 29_000_200 }),
  amounts: fc.record({ requests: count, tokensIn: count, tokensOut: count, policyTokensIn: count, policyTokensOut: count, latency: count }),
});
const violation = fc.record({ where: dimensions, explanation: name, id: fc.uuid() }).map(({ where, ...said }) => aViolation({ ...where, ...said }));
const everything = fc.array(fc.oneof<fc.Arbitrary<Told>[]>(usage, violation), { maxLength: 40 });

const isViolation = (told: Told): told is ViolationEntry => 'type' in told;

function collected(told: readonly Told[], contents = new Contents()): Contents {
  for (const one of told) {
    // As the active part does: a violation makes its row, too, which decides the order of what follows.
    const row = contents.rowOf(isViolation(one) ? one : one.dimensions);
    if (isViolation(one)) contents.addViolation(one);
    else contents.addUsage(row, one.minute, one.amounts);
  }
  return contents;
}

/** As a process appends it. */
function journalOf(told: readonly Told[]): string {
  const contents = new Contents();
  let text = '';
  for (const one of told) {
    const row = contents.rowOf(isViolation(one) ? one : one.dimensions);
    if (!row.written) text += rowLine(row);
    row.written = true;
    text += isViolation(one) ? violationLine(row, one) : usageLine(row, one.minute, one.amounts);
  }
  return text;
}

const entriesOf = (contents: Contents) => ({ entries: contents.entries() });
const plainSum = (told: readonly Told[]): UsageAmounts =>
  sumOf([{ entries: told.flatMap((one) => (isViolation(one) ? [] : [{ type: 'usage' as const, minute: one.minute, ...one.dimensions, ...one.amounts }])) }]);

describe('what is put together', () => {
  it('has the sums of its pieces, with one entry for each minute and combination of dimensions', () => {
    fc.assert(
      fc.property(everything, (told) => {
        const contents = collected(told);
        const entries = contents.entries();
        expect(sumOf([{ entries }])).toEqual(plainSum(told));
        const usageEntries = entries.filter(({ type }) => type === 'usage');
        const keys = usageEntries.map((entry) => JSON.stringify([entry.user, entry.conversation, entry.model, 'minute' in entry ? entry.minute : 0]));
        expect(new Set(keys).size).toBe(keys.length);
        expect(contents).toMatchObject({ usageEntries: usageEntries.length, entryCount: entries.length });
        expect(entries.filter(({ type }) => type === 'violation')).toEqual(told.filter(isViolation));
      }),
    );
  });

  it('says as many bytes as its entries take, or a little more', () => {
    fc.assert(
      fc.property(everything, (told) => {
        const contents = collected(told);
        expect(contents.bytes).toBeGreaterThanOrEqual(Buffer.byteLength(JSON.stringify(contents.entries())) - 2 - contents.entryCount);
      }),
    );
  });

  it('is the same in any grouping', () => {
    fc.assert(
      fc.property(everything, everything, (first, second) => {
        const both = collected(first);
        both.addAll(collected(second));
        expect(sumOf([entriesOf(both)])).toEqual(plainSum([...first, ...second]));
        expect(both.violations).toEqual([...first, ...second].filter(isViolation));
      }),
    );
  });
});

describe('a journal', () => {
  it('says what was appended, in the same order, and so does the short form of it', () => {
    fc.assert(
      fc.property(everything, (told) => {
        const expected = collected(told).entries();
        const appended = decode(Buffer.from(journalOf(told)));
        expect(appended).toMatchObject({ unreadable: 0 });
        expect(appended.contents.entries()).toEqual(expected);
        expect(decode(Buffer.from(encode(appended.contents))).contents.entries()).toEqual(expected);
      }),
    );
  });

  it('that was cut anywhere says all of its whole lines and nothing else', () => {
    fc.assert(
      fc.property(everything, fc.double({ min: 0, max: 1, noNaN: true }), (told, where) => {
        const bytes = Buffer.from(journalOf(told));
        const cut = bytes.subarray(0, Math.floor(bytes.length * where));
        const { contents, unreadable } = decode(cut);
        expect(unreadable).toBe(0);
        const whole = cut.toString('latin1').split('\n').slice(0, -1);
        const kept = told.slice(0, whole.filter((line) => !line.startsWith('["r"')).length);
        expect(contents.entries()).toEqual(collected(kept).entries());
      }),
    );
  });

  it('keeps how many entries were dropped', () => {
    const contents = without(collected([aViolation()]), 'violation');
    expect(decode(Buffer.from(encode(contents))).contents).toMatchObject({ dropped: 1, entryCount: 0 });
  });

  it.each([
    ['no JSON', 'x\n'],
    ['another JSON', '{}\n["u"]\n["u",-1]\n'],
    ['dimensions that are missing', '["u",0,29000000,1,1,1,0,0,5]\n'],
    ['amounts that are none', `${rowLine(new Contents().rowOf(DIMENSIONS))}["u",0,29000000,1,1.5,1,0,0,5]\n["u",0,29000000,1]\n`],
  ])('with %s is read as far as it can be, and says that something was not', (_what, spoilt) => {
    const { contents, unreadable } = decode(Buffer.from(spoilt + journalOf([aViolation({ id: 'kept' })])));
    expect(unreadable).toBeGreaterThan(0);
    expect(contents.violations.map(({ id }) => id)).toEqual(['kept']);
    expect(contents.usageEntries).toBe(0);
  });
});

describe('folding', () => {
  it.each(LEVELS)('to %s changes no sum and no violation, and folding twice changes nothing more', (level) => {
    fc.assert(
      fc.property(everything, (told) => {
        const contents = collected(told);
        const fewer = folded(contents, level);
        expect(sumOf([entriesOf(fewer)])).toEqual(plainSum(told));
        expect(fewer.violations).toEqual(contents.violations);
        expect(fewer.entryCount).toBeLessThanOrEqual(contents.entryCount);
        expect(folded(fewer, level).entries()).toEqual(fewer.entries());
      }),
    );
  });

  it('to hours keeps who it was for, and only then leaves users and conversations out', () => {
    const told = ['ada', 'bob'].flatMap((user) => [3, 58, 61].map((minute) => ({ user, minute: 60 * 480_000 + minute })));
    const contents = collected(told.map(({ user, minute }) => ({ dimensions: { ...DIMENSIONS, user }, minute, amounts: { ...plainSum([]), requests: 1 } })));
    const seen = (level: (typeof LEVELS)[number]) =>
      folded(contents, level).entries().map((entry) => (entry.type === 'usage' ? [entry.user, entry.minute % 60, entry.requests] : []));
    expect(seen('hours')).toEqual([['ada', 0, 2], ['ada', 0, 1], ['bob', 0, 2], ['bob', 0, 1]]);
    expect(seen('anonymous')).toEqual([['', 0, 4], ['', 0, 2]]);
  });

  it('away of one type counts its entries and keeps the other', () => {
    fc.assert(
      fc.property(everything, fc.constantFrom('usage' as const, 'violation' as const), (told, type) => {
        const contents = collected(told);
        const rest = without(contents, type);
        expect(rest.entries()).toEqual(contents.entries().filter((entry) => entry.type !== type));
        expect(rest.dropped).toBe(contents.entryCount - rest.entryCount);
      }),
    );
  });
});
