// Networks cut streams where they like: callers of every surface get the same bytes.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHATS } from './routes.ts';
import { cutAt, WIRES } from './said-by-providers.ts';
import { startStand, type Stand } from './stand.ts';
import { bounded } from './strange.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.close());

function answerIn(pieces: readonly Buffer[], contentType: string): void {
  stand.provider.answer(async (response) => {
    response.socket?.setNoDelay(true);
    response.writeHead(200, { 'content-type': contentType });
    for (const piece of pieces) {
      if (piece.length > 0) response.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  });
}

/** Ids that the gateway makes are new each time: they are numbered in the order in which they come. */
function withoutIds(text: string): string {
  const ids = new Map<string, number>();
  const numberOf = (id: string): string => `id ${ids.get(id) ?? ids.set(id, ids.size).get(id)}`;
  return text.replaceAll(/[0-9a-f]{24}/g, numberOf).replaceAll(/"created(?:_at)?":\d+/g, '');
}

/** Places where cuts hurt: inside a character, and at the end of a line. */
function tenderPlaces(bytes: Buffer): number[] {
  const isTender = (byte: number): boolean => byte >= 0x80 || byte === 0x0a;
  return [...bytes].flatMap((byte, at) => (isTender(byte) ? [at] : []));
}

const CASES = Object.entries(WIRES).flatMap(([wire, { routes }]) =>
  routes.filter((name) => CHATS[name]!.stream).map((route) => ({ wire, route })),
);

it.each(CASES)('$wire reach callers of $route the same however they are cut', async ({ wire, route: name }) => {
  const { type, streams, encode, streamType } = WIRES[wire]!;
  const route = CHATS[name]!;
  const ask = async (pieces: readonly Buffer[]): Promise<string> => {
    answerIn(pieces, streamType);
    const { status, body } = await stand.send(route.surface, route.path(type), JSON.stringify(route.body(type)));
    expect(status).toBe(200);
    return withoutIds(body);
  };
  for (const bytes of streams.map(encode)) {
    const expected = await ask([bytes]);
    const tender = tenderPlaces(bytes);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(), { minLength: 10, maxLength: 30 }), async (cuts) => {
        const places = cuts.map((cut, index) => (index % 2 === 0 ? tender[cut % tender.length]! : cut));
        expect(await ask(cutAt(bytes, places))).toBe(expected);
      }),
      bounded(2),
    );
  }
  expect(stand.faults()).toEqual([]);
});

describe('a stream of single bytes', () => {
  it.each(CASES)('of $wire reaches callers of $route the same', async ({ wire, route: name }) => {
    const { type, streams, encode, streamType } = WIRES[wire]!;
    const route = CHATS[name]!;
    const bytes = encode(streams[0]!);
    const bodies: string[] = [];
    for (const pieces of [[bytes], [...bytes].map((byte) => Buffer.of(byte))]) {
      answerIn(pieces, streamType);
      bodies.push(withoutIds((await stand.send(route.surface, route.path(type), JSON.stringify(route.body(type)))).body));
    }
    expect(bodies[1]).toBe(bodies[0]);
    expect(bodies[1]!.length).toBeGreaterThan(100);
  });
});
