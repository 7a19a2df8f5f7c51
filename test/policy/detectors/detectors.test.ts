import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DETECTOR_IDS, detectorOf } from '../../../src/policy/detectors/index.ts';
import { viewsOf } from '../../../src/policy/normalise/views.ts';
import { DETECTOR_CASES } from './cases.ts';

it('every detector has its cases', () => {
  expect([...new Set(DETECTOR_CASES.map(({ use }) => use.id))].toSorted()).toEqual(DETECTOR_IDS.toSorted());
});

it('an id that nobody knows is refused by name', () => {
  expect(() => detectorOf({ id: 'pii.shoe-size' })).toThrow('there is no detector pii.shoe-size');
  expect(() => detectorOf({ id: 'constructor' })).toThrow('there is no detector constructor');
});

describe.each(DETECTOR_CASES.map(({ use, ...cases }) => [use.id + (use.countries ?? []).join(','), { ...cases, detector: detectorOf(use) }] as const))(
  '%s',
  (_id, { detector, hits, misses }) => {
    const found = (text: string): string[] => (detector.mayMatch(text) ? detector.scan(text) : []).map(({ start, end }) => text.slice(start, end));

    it.each(hits)('finds what it should in %j', (marked) => {
      const text = marked.replace(/[«»]/g, '');
      expect(found(text)).toEqual([/«([\s\S]*)»/.exec(marked)![1]]);
    });

    it.each(misses)('leaves %j alone', (text) => {
      expect(found(text)).toEqual([]);
    });

    it('finds it again behind and before other text, and in the middle of a long one', () => {
      for (const marked of hits) {
        const text = marked.replace(/[«»]/g, '');
        const wanted = /«([\s\S]*)»/.exec(marked)![1];
        const inside = found(`${'All is well here, really. '.repeat(400)}${text} ${'and so it goes on. '.repeat(400)}`);
        // What judges a text as a whole names the piece of it that is meant.
        if (detector.whole === true) expect(inside.join(''), text).toContain(text.slice(0, 20));
        else expect(inside).toContain(wanted);
      }
    });

    it('finds it behind what nobody sees and in other letters', () => {
      for (const marked of hits) {
        const text = marked.replace(/[«»]/g, '').replace(/[0-9]/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
        const views = viewsOf(text);
        expect(views.some((view) => detector.mayMatch(view.text) && detector.scan(view.text).length > 0), text).toBe(true);
      }
    });

    it('finds nothing longer than it says, and nothing twice', () => {
      const piece = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 6 }), fc.constantFrom(...hits.map((hit) => hit.replace(/[«»]/g, '')), ' ', '-', '42', '@', '.', ':'));
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
          const text = pieces.join('');
          const spans = detector.scan(text);
          if (spans.length > 0) expect(detector.mayMatch(text)).toBe(true);
          spans.forEach(({ start, end }, index) => {
            expect(end - start).toBeGreaterThan(0);
            expect(end - start).toBeLessThanOrEqual(detector.maxSpan);
            expect(start).toBeGreaterThanOrEqual(index === 0 ? 0 : spans[index - 1]!.end);
            expect(end).toBeLessThanOrEqual(text.length);
          });
          const from = detector.holdFrom?.(text) ?? text.length;
          expect(from).toBeGreaterThanOrEqual(0);
          expect(from).toBeLessThanOrEqual(text.length);
        }),
        { seed: 3, numRuns: 200 },
      );
    });
  },
);

describe('the time of secrets is linear in the text', () => {
  // What each expression begins with, again and again: an expression that looks far from each place would take minutes here.
  const BEGINNINGS = ['eyJ', 'sk-', 'sk-ant-', 'xoxb-', '-----BEGIN PRIVATE KEY-----\n', 'password=', 'password is ', 'key=', 'token=a1b2c3d4e5f6g7h8 ', 'curl a -u ', 'bearer ', 'http://a:', 'user=a;', 'user = "a"\npassword ', 'a1b2-', '$2a$10$', '1234567890:', '/'];

  it.each(BEGINNINGS)('%j', (beginning) => {
    const text = beginning.repeat(Math.ceil(200_000 / beginning.length));
    const detector = detectorOf({ id: 'secret' });
    const spans = detector.mayMatch(text) ? detector.scan(text) : [];
    for (const { start, end } of spans) expect(end - start).toBeLessThanOrEqual(detector.maxSpan);
    expect(detector.holdFrom!(text)).toBeGreaterThanOrEqual(text.length - detector.maxSpan);
  });
});

it('long tokens are held back from where they begin', () => {
  const detector = detectorOf({ id: 'secret' });
  const growing = `it is sl.${'Ab1'.repeat(200)}`;
  expect(detector.holdFrom!(growing)).toBe('it is '.length);
  expect(detector.holdFrom!(`${growing} and more`)).toBe(`${growing} and more`.length);
  expect(detector.holdFrom!('it is -----BEGIN RSA PRI')).toBe('it is '.length);
});
