// Event streams of every sender, cut anywhere.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventTooLongError, ServerSentEvents, type ServerSentEvent } from '../../src/chat/server-sent-events.ts';

function eventsOf(bytes: Buffer, cuts: readonly number[] = []): ServerSentEvent[] {
  const parser = new ServerSentEvents();
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  const events = borders.slice(1).flatMap((border, index) => parser.push(bytes.subarray(borders[index], border)));
  return [...events, ...parser.end()];
}

const data = (text: string): ServerSentEvent => ({ event: '', data: text });

describe('an event stream', () => {
  it.each([
    { name: 'has lines that end in LF', text: 'data: a\n\ndata: b\n\n', events: [data('a'), data('b')] },
    { name: 'has lines that end in CRLF', text: 'data: a\r\n\r\ndata: b\r\n\r\n', events: [data('a'), data('b')] },
    { name: 'has lines that end in CR', text: 'data: a\r\rdata: b\r\r', events: [data('a'), data('b')] },
    { name: 'mixes all line ends', text: 'data: a\r\rdata: b\n\ndata: c\r\n\rdata: d\n\r\n', events: ['a', 'b', 'c', 'd'].map(data) },
    { name: 'needs no space after the colon', text: 'data:a\n\n', events: [data('a')] },
    { name: 'loses only one space after the colon', text: 'data:  a\n\n', events: [data(' a')] },
    { name: 'has comments, which are passed over', text: ': PROCESSING\n\ndata: a\n: more\ndata: b\n\n', events: [data('a\nb')] },
    { name: 'names events', text: 'event: ping\ndata: {}\n\ndata: a\n\n', events: [{ event: 'ping', data: '{}' }, data('a')] },
    { name: 'has other fields, which are passed over', text: 'id: 1\nretry: 5\ndata: a\n\n', events: [data('a')] },
    { name: 'has events without data, which are none', text: 'event: x\n\ndata: a\n\n', events: [data('a')] },
    { name: 'may lack the last blank line', text: 'data: a\n\ndata: b\n', events: [data('a'), data('b')] },
    { name: 'may lack the last line end', text: 'data: a\n\ndata: b', events: [data('a'), data('b')] },
    { name: 'may begin with a byte order mark', text: '\uFEFFdata: a\n\n', events: [data('a')] },
    { name: 'keeps empty data', text: 'data\n\n', events: [data('')] },
    { name: 'keeps every character', text: 'data: Grüße 🙂 \u2028\n\n', events: [data('Grüße 🙂 \u2028')] },
  ])('$name', ({ text, events }) => {
    const bytes = Buffer.from(text);
    expect(eventsOf(bytes)).toEqual(events);
    for (let cut = 1; cut < bytes.length; cut++) expect(eventsOf(bytes, [cut]), `cut at ${cut}`).toEqual(events);
    expect(eventsOf(bytes, Array.from(bytes.keys()))).toEqual(events);
  });

  it('says the same however it is cut', () => {
    const piece = fc.constantFrom('data: a', 'data:ä🙂', 'event: e', ': c', 'x', '', '\r', '\n', '\r\n', '\n\n', '\r\n\r\n');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(), { maxLength: 10 }), (pieces, cuts) => {
        const bytes = Buffer.from(pieces.join(''));
        expect(eventsOf(bytes, cuts)).toEqual(eventsOf(bytes));
      }),
    );
  });

  it('that never ends an event is given up', () => {
    const parser = new ServerSentEvents();
    const chunk = Buffer.alloc(1024 * 1024, 'a');
    const flood = (): void => {
      for (let count = 0; count < 40; count++) parser.push(chunk);
    };
    expect(flood).toThrow(EventTooLongError);
  });
});
