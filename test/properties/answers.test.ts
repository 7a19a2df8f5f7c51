// Whatever providers answer: callers of every surface get an answer or an error that they can read, and it ends.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHATS } from './routes.ts';
import { cutAt, isNative, WIRES } from './said-by-providers.ts';
import { startStand, type Reply, type Stand } from './stand.ts';
import { bounded, mutated, mutation, strangeJson } from './strange.ts';
import { answerProblems, refusalProblems } from './well-formed.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.close());

const CASES = Object.entries(WIRES).flatMap(([wire, { routes }]) => routes.map((route) => ({ wire, route })));

/** Undefined where the connection broke off in the middle of a body that passes as it comes. */
async function ask(wire: string, name: string, bytes: Buffer, contentType: string): Promise<Reply | undefined> {
  const { surface, path, body } = CHATS[name]!;
  const { type } = WIRES[wire]!;
  stand.provider.answer((response) => response.writeHead(200, { 'content-type': contentType }).end(bytes));
  return stand.send(surface, path(type), JSON.stringify(body(type))).catch((error: unknown) => {
    if (isNative(wire, name)) return undefined;
    throw error;
  });
}

async function problemsOf(wire: string, name: string, bytes: Buffer, contentType: string): Promise<string[]> {
  const reply = await ask(wire, name, bytes, contentType);
  const faults = stand.faults().map((fault) => JSON.stringify(fault));
  if (reply === undefined) return faults;
  if (reply.status !== 200) return [...faults, ...refusalProblems(CHATS[name]!.surface, reply)];
  // What passes is the provider's own, and was seen to end.
  return isNative(wire, name) ? faults : [...faults, ...answerProblems(CHATS[name]!, reply.body)];
}

describe.each(CASES)('$wire for callers of $route', ({ wire, route }) => {
  const { wholes, streams, encode, streamType } = WIRES[wire]!;
  const whole = fc.nat({ max: wholes.length - 1 }).map((index) => wholes[index]);
  const stream = fc.nat({ max: streams.length - 1 }).map((index) => streams[index]!);
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 3 });
  const asStream = CHATS[route]!.stream;
  const good = asStream ? stream.map(encode) : whole.map((json) => Buffer.from(JSON.stringify(json)));
  const contentType = asStream ? streamType : 'application/json';

  it('say what they say, as they stand', async () => {
    for (const bytes of asStream ? streams.map(encode) : wholes.map((json) => Buffer.from(JSON.stringify(json)))) {
      expect(await problemsOf(wire, route, bytes, contentType)).toEqual([]);
    }
  });

  it('may change anywhere', async () => {
    const changed = asStream
      ? fc.tuple(stream, mutations).map(([events, changes]) => encode([mutated(events, changes)].flat()))
      : fc.tuple(whole, mutations).map(([json, changes]) => Buffer.from(JSON.stringify(mutated(json, changes))));
    await fc.assert(
      fc.asyncProperty(changed, async (bytes) => {
        expect(await problemsOf(wire, route, bytes, contentType)).toEqual([]);
      }),
      bounded(20),
    );
  });

  it('may be anything', async () => {
    const anything = asStream
      ? fc.array(strangeJson, { maxLength: 4 }).map(encode)
      : fc.oneof(
          strangeJson.map((json) => Buffer.from(JSON.stringify(json))),
          fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
        );
    await fc.assert(
      fc.asyncProperty(anything, async (bytes) => {
        expect(await problemsOf(wire, route, bytes, contentType)).toEqual([]);
      }),
      bounded(8),
    );
  });

  it('may lose bits, and may stop anywhere', async () => {
    const flipped = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 7 })), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(good, flipped, fc.option(fc.nat()), async (bytes, flips, end) => {
        const damaged = Buffer.from(bytes);
        for (const [at, bit] of flips) damaged[at % damaged.length]! ^= 1 << bit;
        const sent = end === null ? damaged : cutAt(damaged, [end])[0]!;
        expect(await problemsOf(wire, route, sent, contentType)).toEqual([]);
      }),
      bounded(8),
    );
  });

  it.each(['application/json', 'text/event-stream', 'application/vnd.amazon.eventstream', 'text/html', ''])(
    'may come under the content type "%s"',
    async (claimed) => {
      await fc.assert(
        fc.asyncProperty(good, async (bytes) => {
          expect(await problemsOf(wire, route, bytes, claimed)).toEqual([]);
        }),
        bounded(2),
      );
    },
  );
});
