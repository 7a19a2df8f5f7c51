import { describe, expect, it } from 'vitest';
import { EventRelay } from '../../src/providers/event-relay.ts';
import { Tail } from '../../src/providers/tail.ts';
import { readOpenAiUsage } from '../../src/providers/openai/usage.ts';
import { streamEvents } from '../fake/provider.ts';

const AZURE_FIRST = 'data: {"choices":[],"id":"","model":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{}}]}\n\n';
const EVENTS = [AZURE_FIRST, ': ping\n\n', ...streamEvents(['Grüße', '"usage" 🙂 [DONE]', 'a\\n\\nb'], true)];
const isUsage = (event: string): boolean => event.includes('"choices":[]') && event.includes('"usage":{');

/** What comes out when the bytes go in cut at the given offsets. */
function relay(bytes: Buffer, cuts: readonly number[], hide: boolean): { out: string; tail: Buffer } {
  const relaying = new EventRelay({ hideUsageEvent: hide, secrets: [] });
  const tail = new Tail(16 * 1024);
  const pieces: string[] = [];
  const bounds = [0, ...cuts, bytes.length];
  bounds.slice(1).forEach((end, index) => {
    const chunk = bytes.subarray(bounds[index], end);
    tail.push(chunk);
    const piece = relaying.push(chunk);
    if (piece !== undefined) pieces.push(piece.toString());
  });
  const rest = relaying.flush();
  if (rest !== undefined) pieces.push(rest.toString());
  return { out: pieces.join(''), tail: tail.bytes() };
}

describe.each(['\n', '\r\n'])('with lines that end in %j', (lineEnd) => {
  const text = EVENTS.join('').replaceAll('\n', lineEnd);
  const bytes = Buffer.from(text);
  const withoutUsage = EVENTS.filter((event) => !isUsage(event)).join('').replaceAll('\n', lineEnd);

  it('passes every byte on, whatever the position at which the stream is cut in two', () => {
    for (let cut = 1; cut < bytes.length; cut++) expect(relay(bytes, [cut], false).out).toBe(text);
  });

  it('takes out the usage event and nothing else, whatever the position of the cut', () => {
    for (let cut = 1; cut < bytes.length; cut++) expect(relay(bytes, [cut], true).out).toBe(withoutUsage);
  });

  it('does the same with pieces of every size down to a byte', () => {
    for (const size of [1, 2, 3, 5, 7, 64, 501]) {
      const cuts = Array.from({ length: Math.ceil(bytes.length / size) - 1 }, (_, index) => (index + 1) * size);
      expect(relay(bytes, cuts, false).out).toBe(text);
      expect(relay(bytes, cuts, true).out).toBe(withoutUsage);
    }
  });

  it('hands on what is complete at once, and never half an event', () => {
    const ends = [...text.matchAll(new RegExp(lineEnd + lineEnd, 'g'))].map(({ index }) => Buffer.byteLength(text.slice(0, index)) + 2 * lineEnd.length);
    for (let cut = 1; cut < bytes.length; cut++) {
      const complete = Math.max(0, ...ends.filter((end) => end <= cut));
      const first = new EventRelay({ hideUsageEvent: false, secrets: [] }).push(bytes.subarray(0, cut));
      expect(first?.length ?? 0).toBe(complete);
    }
  });

  it('leaves the counts readable at the end, whatever the cut', () => {
    for (let cut = 1; cut < bytes.length; cut += 3) {
      expect(readOpenAiUsage(relay(bytes, [cut], true).tail)).toEqual({ inputTokens: 11, outputTokens: 7, cachedInputTokens: 4, reasoningTokens: 3 });
    }
  });
});

describe('the usage event', () => {
  const hidden = (text: string): string => relay(Buffer.from(text), [], true).out;

  it('is taken out when it is the last and lacks its blank line', () => {
    expect(hidden('data: {"choices":[],"usage":{"prompt_tokens":1}}')).toBe('');
  });
  it('is recognised with blanks in its JSON and none after the colon', () => {
    expect(hidden('data:{"choices": [], "usage": {"prompt_tokens": 1}}\n\n')).toBe('');
  });
  it.each([
    ['has no usage', AZURE_FIRST],
    ['has null usage', 'data: {"choices":[],"usage":null}\n\n'],
    ['has choices', 'data: {"choices":[{"delta":{"content":"\\"choices\\":[]"}}],"usage":{"prompt_tokens":1}}\n\n'],
    ['has choices and an empty list deeper down', 'data: {"choices":[{"x":{"choices":[]}}],"usage":{"prompt_tokens":1}}\n\n'],
    ['is not JSON', 'data: "choices":[] usage\n\n'],
  ])('is not what %s', (_case, event) => {
    expect(hidden(event)).toBe(event);
  });
  it('goes without a change to other bytes of the same chunk, even where they are not UTF-8', () => {
    const odd = Buffer.concat([Buffer.from('data: {"x":"'), Buffer.from([0xff, 0xc3]), Buffer.from('"}\n\n')]);
    const usage = Buffer.from('data: {"choices":[],"usage":{"prompt_tokens":1}}\n\n');
    expect(new EventRelay({ hideUsageEvent: true, secrets: [] }).push(Buffer.concat([odd, usage]))).toEqual(odd);
  });
});

describe('an error event', () => {
  const SECRET = 'schlüssel-"グ"-1';
  const relayed = (event: string): string => {
    const out = new EventRelay({ hideUsageEvent: true, secrets: [SECRET] }).push(Buffer.from(event));
    return String(out);
  };

  it.each(['\n', '\r\n'])('keeps its lines, which end in %j, its numbers and what else it says', (end) => {
    const event = ['event: error', 'id: 7', 'data: {"n": 1.0, "big": 12345678901234567890,', 'data:  "error":{"message":"Größe „zu groß“ – 日本語 \\r\\u001b"}}', '', ''];
    const clean = event.join(end).replace('\\r\\u001b', '  ');
    expect(relayed(event.join(end))).toBe(clean);
    expect(relayed(clean)).toBe(clean);
  });

  it.each([
    ['as JSON has to write it', JSON.stringify(SECRET).slice(1, -1)],
    ['with escapes that JSON allows', 'schl\\u00fcssel-\\u0022\\u30b0\\u0022-1'],
    ['as an URL has it', encodeURIComponent(SECRET)],
  ])('loses a secret beyond ASCII, %s', (_how, written) => {
    expect(relayed(`data: {"error":{"message":"bad key ${written}!"}}\n\n`)).toBe('data: {"error":{"message":"bad key [key]!"}}\n\n');
  });

  it.each([
    ['has an error', { error: { message: SECRET } }, true],
    ['is an error of the Responses API', { type: 'error', code: null, message: SECRET, param: null }, true],
    ['tells of a response that failed', { type: 'response.failed', response: { error: { code: 'x', message: SECRET } } }, true],
    ['has no error, and says so', { error: null, message: SECRET }, false],
    ['tells of a response that has none', { type: 'response.created', response: { error: null, instructions: SECRET } }, false],
  ])('is told by what it says: it %s', (_what, data, isError) => {
    const relaying = new EventRelay({ hideUsageEvent: false, secrets: [SECRET] });
    const written = JSON.stringify(data);
    const out = String(relaying.push(Buffer.from(`data: ${written}\n\n`)));
    expect(out).toBe(`data: ${isError ? written.replace(JSON.stringify(SECRET), '"[key]"') : written}\n\n`);
    expect(relaying.sawError).toBe(isError);
  });

  it('loses secrets in names and in other lines too', () => {
    expect(relayed(`: of ${SECRET}\ndata: {"error":{"org-AbCdEf0123456789":1}}\n\n`)).toBe(': of [key]\ndata: {"error":{"[account]":1}}\n\n');
  });

  it('may be nested as deep as it likes', () => {
    const event = `data: {"error":${'['.repeat(200_000)}${']'.repeat(200_000)}}\n\n`;
    expect(relayed(event)).toBe(event);
  });

  it('leaves the events beside it as they came', () => {
    const odd = Buffer.concat([Buffer.from('data: {"x":"'), Buffer.from([0xff, 0xc3]), Buffer.from('"}\r\n\r\n')]);
    const bytes = Buffer.concat([odd, Buffer.from('data: {"error":{"message":"é"}}\r\n\r\n'), odd]);
    expect(new EventRelay({ hideUsageEvent: false, secrets: [] }).push(bytes)).toEqual(bytes);
  });
});

it('lets bytes pass that never form an event, instead of collecting them', () => {
  const relaying = new EventRelay({ hideUsageEvent: true, secrets: [] });
  const half = Buffer.alloc(600_000, 'x');
  expect(relaying.push(half)).toBeUndefined();
  expect(relaying.push(half)?.length).toBe(1_200_000);
  expect(relaying.push(Buffer.from('y'))?.toString()).toBe('y');
  expect(relaying.flush()).toBeUndefined();
});

describe('the tail', () => {
  it('keeps the last bytes and drops whole chunks before them', () => {
    const tail = new Tail(10);
    for (const text of ['aaaa', 'bbbb', 'cccc', 'dddd']) tail.push(Buffer.from(text));
    expect(tail.bytes().toString()).toBe('bbbbccccdddd');
  });
  it('is empty before the first byte', () => {
    expect(new Tail(10).bytes()).toHaveLength(0);
  });
});

describe('a sender of single bytes', () => {
  it('costs the relay no more for each byte, however many have come', () => {
    const relaying = new EventRelay({ hideUsageEvent: true, secrets: [] });
    const bytes = Buffer.from(`data: {"choices":[{"delta":{"content":"${'x'.repeat(60_000)}"}}]}\n\n`.repeat(4));
    let out = 0;
    for (let index = 0; index < bytes.length; index++) out += relaying.push(bytes.subarray(index, index + 1))?.length ?? 0;
    expect(out).toBe(bytes.length);
  });

  it('costs the tail no more for each byte, and the end is right', () => {
    const tail = new Tail(64 * 1024);
    const letters = Buffer.from('abcdefghij');
    for (let index = 0; index < 1_000_003; index++) tail.push(letters.subarray(index % 10, (index % 10) + 1));
    expect(tail.bytes().length).toBeGreaterThanOrEqual(64 * 1024);
    expect(tail.last(5).toString()).toBe('ijabc');
    expect(tail.bytes().toString().endsWith('ghijabc')).toBe(true);
  });
});
