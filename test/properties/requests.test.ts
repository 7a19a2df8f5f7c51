// Whatever callers send, on every path to every type of provider: an answer, or an error in their own envelope.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderType } from '../../src/api/resources.ts';
import { RESPONSES, UPSTREAMS } from '../surfaces/upstreams.ts';
import { ROUTES, type Route } from './routes.ts';
import { SECRET, startStand, TYPES, type Answer, type Stand } from './stand.ts';
import { bounded, deepened, mutated, mutation, strangeJson } from './strange.ts';
import { answerProblems, refusalProblems } from './well-formed.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.close());

/** As the provider that a request was sent to would answer it. */
function words(type: ProviderType): Answer {
  return (response, { url, body }) => {
    const { stream } = JSON.parse(body) as { stream?: unknown };
    const upstream = url.endsWith('/responses') ? RESPONSES : UPSTREAMS[type];
    const asStream = stream === true || /stream/i.test(url);
    response.writeHead(200, { 'content-type': asStream ? upstream.streamType : 'application/json' });
    response.end(asStream ? upstream.stream('words') : upstream.whole('words'));
  };
}

async function problemsOf({ surface, form, path }: Route, type: ProviderType, body: string): Promise<string[]> {
  stand.provider.answer(words(type));
  const reply = await stand.send(surface, path(type), body);
  // Whether to stream is among the things that are changed.
  const stream = form === 'gemini-list' || reply.headers.get('content-type')!.startsWith('text/event-stream');
  const said = reply.status === 200 ? answerProblems({ form, stream }, reply.body) : refusalProblems(surface, reply);
  return [...said, ...stand.faults().map((fault) => JSON.stringify(fault)), ...(reply.body.includes(SECRET) ? ['a secret'] : [])];
}

const CASES = Object.keys(ROUTES).flatMap((name) => TYPES.map((type) => ({ name, type })));

describe.each(CASES)('$name of a provider of type $type', ({ name, type }) => {
  const route = ROUTES[name]!;

  it('is answered as it stands', async () => {
    expect(await problemsOf(route, type, JSON.stringify(route.body(type)))).toEqual([]);
  });

  it('is answered or refused whatever is changed in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 3 }), async (mutations) => {
        expect(await problemsOf(route, type, JSON.stringify(mutated(route.body(type), mutations)))).toEqual([]);
      }),
      bounded(15),
    );
  });

  it('is refused, or answered, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(strangeJson, async (json) => {
        expect(await problemsOf(route, type, JSON.stringify(json))).toEqual([]);
      }),
      bounded(5),
    );
  });

  it('is refused, or answered, where it is nested without end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.constantFrom('[' as const, '{"a":' as const), async (at, open) => {
        expect(await problemsOf(route, type, deepened(route.body(type), at, open))).toEqual([]);
      }),
      bounded(3),
    );
  });
});
