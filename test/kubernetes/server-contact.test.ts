// When an outage of the API server begins and ends, as the calls of one client show it.
import { expect, test } from 'vitest';
import { ServerContact } from '../../src/kubernetes/server-contact.ts';
import { FakeClock } from './fixture.ts';

function contact(): { clock: FakeClock; saw: (...codes: number[]) => void; returns: () => number; stop: () => void } {
  const clock = new FakeClock();
  const server = new ServerContact(clock);
  let returns = 0;
  const stop = server.onReturn(() => (returns += 1));
  return { clock, saw: (...codes) => codes.forEach((code) => server.saw(code)), returns: () => returns, stop };
}

test.each([0, 401, 403, 429, 500, 503])('after 5 s of %i, the first success is the end of the outage', (code) => {
  const { clock, saw, returns } = contact();
  saw(200, code);
  clock.advance(5_000);
  saw(code);
  expect(returns()).toBe(0);
  saw(200);
  expect(returns()).toBe(1);
  saw(200, code, 200);
  expect(returns()).toBe(1);
});

test('an object that does not exist, or has changed, is an answer like any other', () => {
  const { clock, saw, returns } = contact();
  saw(0);
  clock.advance(5_000);
  saw(404);
  expect(returns()).toBe(1);
  saw(0);
  clock.advance(5_000);
  saw(409);
  expect(returns()).toBe(2);
});

test('what fails while other calls succeed is no outage, however long it lasts', () => {
  const { clock, saw, returns } = contact();
  for (let second = 0; second < 120; second += 2) {
    saw(500, 403, 200);
    clock.advance(2_000);
  }
  expect(returns()).toBe(0);
});

test('a time without any call is no outage', () => {
  const { clock, saw, returns } = contact();
  clock.advance(60_000);
  saw(200);
  expect(returns()).toBe(0);
});

test('who no longer listens is not told', () => {
  const { clock, saw, returns, stop } = contact();
  stop();
  saw(0);
  clock.advance(5_000);
  saw(200);
  expect(returns()).toBe(0);
});
