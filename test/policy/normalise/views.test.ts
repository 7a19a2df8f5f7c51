import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { viewsOf } from '../../../src/policy/normalise/views.ts';

const CARD = '4242424242424242';
const base64 = (text: string | Buffer): string => Buffer.from(text as string).toString('base64');
const tagged = (text: string): string => [...text].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join('');
const wrapped = base64(`${'word '.repeat(11)}card 4242 4242 and so on`).replace(/.{76}/g, '$&\n');

describe('readings of a text', () => {
  it.each(['constructor', 'toString', 'hasOwnProperty'])('leave an entity of no meaning as it is: &%s;', (name) => {
    expect(viewsOf(`a &${name}; b`).map(({ text }) => text)).toEqual([`a &${name}; b`]);
  });

  it('of plain text are the text alone', () => {
    expect(viewsOf('A card is 4242 4242 4242 4242.').map(({ text }) => text)).toEqual(['A card is 4242 4242 4242 4242.']);
  });

  // Text, what one reading has to say, and what of the original it was read from.
  it.each([
    ['full width', 'no ４２４２４２４２４２４２４２４２!', CARD, '４２４２４２４２４２４２４２４２'],
    ['marks that nobody sees', 'no 4\u200b2\u200b4\u200b2\u200b424242424242!', CARD, '4\u200b2\u200b4\u200b2\u200b424242424242'],
    ['digits of another script', 'no ٤٢٤٢٤٢٤٢!', '42424242', '٤٢٤٢٤٢٤٢'],
    ['bold letters of mathematics', '𝐬𝐞𝐜𝐫𝐞𝐭', 'secret', '𝐬𝐞𝐜𝐫𝐞𝐭'],
    ['other dashes', '536–22–8719', '536-22-8719', '536–22–8719'],
    ['percent signs', 'q=ssn%3A536%2D22%2D8719', 'ssn:536-22-8719', 'ssn%3A536%2D22%2D8719'],
    ['escapes of JSON', String.raw`{"a":"\u0034\u0032x"}`, '42x', String.raw`\u0034\u0032x`],
    ['entities', 'ann&#64;example&period;com', 'ann@example.com', 'ann&#64;example&period;com'],
    ['base64', `see ${base64('the card is 4242 4242 4242 4242')} ok`, 'card is 4242', base64('the card is 4242 4242 4242 4242')],
    ['numbers in words', 'call five five five one two three four please', '5551234', 'five five five one two three four'],
    ['German numbers', 'ruf an: null drei null neun null eins acht zwei', '03090182', 'null drei null neun null eins acht zwei'],
    ['an address in words', 'kim (at) example (dot) com', 'kim@example.com', 'kim (at) example (dot) com'],
    ['tags that nobody sees', `no ${tagged('4242')}!`, '4242', tagged('4242')],
    ['marks of control', 'no 4\u00002\u00014\u007f2!', '4242', '4\u00002\u00014\u007f2'],
    ['marks of direction', 'no \u202e42\u202c42\u200f!', '4242', '42\u202c42'],
    ['boxes around digits', 'no 4\ufe0f\u20e32\ufe0f\u20e3!', '42', '4\ufe0f\u20e32'],
    ['spaces of other kinds', '4242\u20284242\u16804242', '4242 4242 4242', '4242\u20284242\u16804242'],
    ['dots of other kinds', '4242·4242•4242', '4242.4242.4242', '4242·4242•4242'],
    ['letters of Cyrillic among Latin ones', 'the bl\u0443\u0435finch plan', 'blyefinch', 'bl\u0443\u0435finch'],
    ['a word of letters that only look Latin', 'the \u0430\u0440\u0435\u0445 plan', 'apex', '\u0430\u0440\u0435\u0445'],
    ['letters of Greek', 'b\u03b1n\u03bf', 'bano', 'b\u03b1n\u03bf'],
    ['marks through letters', 'b\u0336l\u0336u\u0336e', 'blue', 'b\u0336l\u0336u\u0336e'],
    ['an accent of its own', 'mu\u0308ller', 'm\u00fcller', 'mu\u0308ller'],
    ['broken percent signs', '%ff%34%32', '42', '%ff%34%32'],
    ['entities without their end', '&#52&#50 x', '42 x', '&#52&#50 x'],
    ['base64 with a broken letter', `see ${base64(Buffer.concat([Buffer.from('the card is 4242 4242'), Buffer.from([0xff])]))} ok`, 'card is 4242', base64(Buffer.concat([Buffer.from('the card is 4242 4242'), Buffer.from([0xff])]))],
    ['base64 of letters of two bytes', `see ${base64(Buffer.from('the card is 4242', 'utf16le'))} ok`, 'card is 4242', base64(Buffer.from('the card is 4242', 'utf16le'))],
    ['long base64', base64(`${'word '.repeat(4000)}card 4242`), 'card 4242', base64(`${'word '.repeat(4000)}card 4242`)],
    ['base64 in lines', wrapped, `${'word '.repeat(11)}card 4242 4242`, wrapped],
    ['full width in base64', base64('the card is ４２４２ ４２４２'), 'card is 4242 4242', base64('the card is ４２４２ ４２４２')],
    ['a plus for a space', 'https://example.com/?card=4242+4242+4242&x=1', '4242 4242 4242', '=4242+4242+4242'],
    ['a plus for a space behind percent signs', 'card%3D4242+4242', '4242 4242', '%3D4242+4242'],
    ['entities with zeros in front', '&#00000052;&#x0000032;', '42', '&#00000052;&#x0000032;'],
    ['entities for spaces and dashes', '4242&thinsp;4242&ndash;42&ZeroWidthSpace;!', '4242 4242-42!', '4242&thinsp;4242&ndash;42&ZeroWidthSpace;!'],
    ['escapes of source code', String.raw`a \u{34}\U00000032\x34 b`, 'a 424 b', String.raw`a \u{34}\U00000032\x34 b`],
    ['escapes that are escaped', String.raw`\\u0034\\u0032`, '42', String.raw`\\u0034\\u0032`],
    ['halves of characters', '42\ud83d42', '4242', '42\ud83d42'],
    ['marks of layout', '4\ufff92\u28004\ufffb2', '4242', '4\ufff92\u28004\ufffb2'],
    ['digits in rings and brackets', '❹➁⑷⒉🄅', '42424', '❹➁⑷⒉🄅'],
    ['letters in boxes', '🅱🅻🆄🅴 🅑🅛 🇧🇱', 'blue bl bl', '🅱🅻🆄🅴 🅑🅛 🇧🇱'],
    ['both at once', 'no %34%32 ４２', '42 42', '%34%32 ４２'],
  ])('see through %s', (_name, text, said, from) => {
    const view = viewsOf(text).find((one) => one.text.includes(said));
    expect(view).toBeDefined();
    const start = view!.text.indexOf(said);
    const { start: at, end } = view!.toOriginal({ start, end: start + said.length });
    expect(text.slice(at, end)).toBe(from);
  });

  const RUNS: Record<string, string> = {
    standard: base64(CARD),
    'not padded': base64(CARD).replace(/=+$/, ''),
    'url-safe': Buffer.from(`??>>${CARD}~~`).toString('base64url'),
    'of sixteen letters': base64('536-22-8719x').slice(0, 16),
    'padded once': base64('ssn 536-22-8719 ok'),
  };
  const AROUND = ['x', '=x', 'key=x', '/x', 'a/x', '-x', 'img-x', 'v1_x', ':x', 'card:x.', '"x"', "'x'", '(x)', '<x>', ',x,', 'a/b/c/x/d', 'Path/to-x+more', '\\nx'];
  it.each(Object.entries(RUNS))('find base64 that is %s wherever it stands', (_how, run) => {
    for (const around of AROUND) {
      const text = `see ${around.replace('x', () => run)} there`;
      const view = viewsOf(text).find((one) => one.text.includes(CARD) || one.text.includes('536-22-8719'));
      expect(view, text).toBeDefined();
      const start = view!.text.search(/4242|536-/);
      const { start: at, end } = view!.toOriginal({ start, end: start + 4 });
      expect(text.slice(at, end)).toContain(run.slice(8, 14));
    }
  });

  it('take no words, names and addresses for base64', () => {
    const text =
      'Die Verhandlungsgrundlage und die Donaudampfschifffahrtsgesellschaft are well-known-words, see https://example.com/some/long-path/index_of_pages and ' +
      '123e4567-e89b-12d3-a456-426614174000, d41d8cd98f00b204e9800998ecf8427e, readRequestContentOfAnswers(), MAX_TOKENS_PER_REQUEST_AND_MODEL.';
    expect(viewsOf(text)).toHaveLength(1);
  });

  it('give base64 in many places back in one reading, each with its own place', () => {
    const texts = ['the first is 4242', 'the second is 1881', 'and another one'].map((said) => base64(said));
    const text = texts.join(' and ');
    const views = viewsOf(text);
    expect(views).toHaveLength(2);
    const start = views[1]!.text.indexOf('1881');
    const { start: at, end } = views[1]!.toOriginal({ start, end: start + 4 });
    expect(text.slice(at, end)).toBe(texts[1]);
  });

  it('need none of their own for what people write in other languages', () => {
    expect(viewsOf('Иванов сказал 12 июля: «Резервы» — мы должны решить, что делать дальше.').map(({ text }) => text)).toHaveLength(1);
    expect(viewsOf('Müller sagte „nein“ – und ging; das heißt: „nie“ – für 12 € …').length).toBeLessThan(3);
    expect(viewsOf('rufen Sie 030 – 901820').some(({ text }) => text.includes('030 - 901820'))).toBe(true);
  });

  it('undo one layer, not two', () => {
    expect(viewsOf('%2534%2532').some(({ text }) => text.includes('42'))).toBe(false);
  });

  it('go through megabytes of base64, of text and of anything else', () => {
    const text = `${'word '.repeat(1_000_000)}card 4242`;
    expect(viewsOf(base64(text)).at(-1)!.text.endsWith('card 4242')).toBe(true);
    expect(viewsOf(base64(Buffer.alloc(6_000_000, 0x9f)))).toHaveLength(1);
    expect(viewsOf('a'.repeat(8_000_000))).toHaveLength(1);
  });

  it('do not take a sentence for a number', () => {
    expect(viewsOf('one of two things at three').map(({ text }) => text)).toEqual(['one of two things at three']);
  });
});

it('every span of every reading leads back into the original', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 8 }),
    fc.constantFrom('%41', '%', '\\u0041', '&amp;', '&#x41;', '４', '\u200b', ' four two one one nine nine two ', 'a (at) b (dot) c', base64('hello there, how are you today?')),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(), fc.nat(), (pieces, a, b) => {
      const text = pieces.join('');
      for (const view of viewsOf(text)) {
        const start = view.text.length === 0 ? 0 : a % view.text.length;
        const end = Math.min(view.text.length, start + 1 + (b % 10));
        if (end <= start) continue;
        const span = view.toOriginal({ start, end });
        expect(span.start).toBeGreaterThanOrEqual(0);
        expect(span.end).toBeLessThanOrEqual(text.length);
        expect(span.end).toBeGreaterThan(span.start);
      }
    }),
    { seed: 11, numRuns: 500 },
  );
});
