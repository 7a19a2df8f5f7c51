// Errors of providers on every path that has answers: the caller's own envelope, a status that says who has to act, no secret, and
// the pause that the provider asks for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderType } from '../../src/api/resources.ts';
import { CHATS, ROUTES } from '../properties/routes.ts';
import { SECRET, startStand, TYPES, type Reply, type Stand } from '../properties/stand.ts';
import { refusalProblems } from '../properties/well-formed.ts';
import { refusal } from './failures.ts';

let stand: Stand;
beforeAll(async () => {
  stand = await startStand();
});
afterAll(() => stand.close());

const PAUSE = '7';
/** What callers get for the status of a provider: its faults, and those of our credential, are not theirs. */
const STATUSES: Record<number, number> = {
  400: 400, 401: 502, 402: 502, 403: 403, 404: 404, 408: 504, 409: 409, 413: 413, 422: 422,
  429: 429, 500: 502, 502: 502, 503: 503, 504: 504, 529: 503,
};
const BODIES: Record<string, { type: string; body: string }> = {
  HTML: { type: 'text/html', body: '<html><body><h1>Bad gateway</h1><hr>nginx</body></html>' },
  nothing: { type: 'application/json', body: '' },
  'half of its JSON': { type: 'application/json', body: '{"error":{"message":"No' },
  'a list': { type: 'application/json', body: '[null,1]' },
  'a text': { type: 'application/json', body: '"No."' },
  'members of other types': { type: 'application/json', body: '{"error":{"message":{"a":1},"type":[],"code":7},"message":3,"type":null}' },
};
const CASES = Object.keys(ROUTES).flatMap((name) => TYPES.map((type) => ({ name, type })));

/** Undefined where this type of provider is never asked, since it has no such operation. */
async function ask(name: string, type: ProviderType): Promise<Reply | undefined> {
  const { surface, path, body } = ROUTES[name]!;
  stand.provider.calls.length = 0;
  const reply = await stand.send(surface, path(type), JSON.stringify(body(type)));
  expect(refusalProblems(surface, reply)).toEqual([]);
  expect(stand.faults()).toEqual([]);
  expect(reply.body).not.toContain(SECRET);
  if (stand.provider.calls.length > 0) return reply;
  expect([reply.status, name in CHATS]).toEqual([400, false]);
  return undefined;
}

describe.each(CASES)('$name of a provider of type $type', ({ name, type }) => {
  it('tells a status that says who has to act, and when to come back', async () => {
    for (const [status, told] of Object.entries(STATUSES)) {
      stand.provider.answer((response) => {
        response.writeHead(Number(status), { 'content-type': 'application/json', 'retry-after': PAUSE });
        const message = `Not with ${SECRET}.`;
        response.end(JSON.stringify({ type: 'error', message, error: { message, type: 'x' } }));
      });
      const reply = await ask(name, type);
      if (reply === undefined) return;
      expect([status, reply.status]).toEqual([status, told]);
      expect(reply.body).toContain('Not with');
      // A credential that is refused does not become good by waiting.
      expect(reply.headers.get('retry-after')).toBe(status === '401' ? null : PAUSE);
    }
  });

  it('finds words of its own where the provider has none', async () => {
    for (const { type: contentType, body } of Object.values(BODIES)) {
      for (const status of [400, 503]) {
        stand.provider.answer((response) => response.writeHead(status, { 'content-type': contentType }).end(body));
        const reply = await ask(name, type);
        expect(reply?.status ?? status).toBe(status);
        expect(reply?.body ?? '').not.toContain('nginx');
      }
    }
  });

  it('keeps the words and the pause of a provider that says them in its own form', async () => {
    stand.provider.answer(refusal(type, 429, 'What went wrong.'));
    const reply = await ask(name, type);
    if (reply === undefined) return;
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([429, PAUSE]);
    expect(reply.body).toContain('What went wrong.');
  });
});
