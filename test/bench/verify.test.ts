import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../bench/scenarios.ts';
import { verifierOf } from '../../bench/verify.ts';

const json = SCENARIOS.find(({ name }) => name === 'json')!;
const stream = SCENARIOS.find(({ name }) => name === 'paced')!;

describe('the verification of a JSON answer', () => {
  const verify = verifierOf(json);
  const text = Buffer.concat(json.answer).toString();

  it('accepts the answer, also when its bytes differ and its meaning does not', () => {
    expect(verify(200, Buffer.from(text))).toBeUndefined();
    expect(verify(200, Buffer.from(JSON.stringify(JSON.parse(text), null, 2)))).toBeUndefined();
  });

  it.each([
    ['another status', 503, text, /^HTTP 503/],
    ['another text', 200, text.replace('fox', 'cat'), /^wrong answer/],
    ['another usage', 200, text.replace('"total_tokens":280', '"total_tokens":281'), /^wrong answer/],
    ['no usage', 200, text.replace('"usage"', '"used"'), /^wrong answer/],
    ['half an answer', 200, text.slice(0, 700), /^broken answer/],
  ])('refuses %s', (_case, status, body, fault) => {
    expect(verify(status, Buffer.from(body))).toMatch(fault);
  });
});

describe('the verification of a stream', () => {
  const verify = verifierOf(stream);
  const events = stream.answer.map(String);

  it('accepts the whole stream', () => {
    expect(verify(200, Buffer.concat(stream.answer))).toBeUndefined();
  });

  it.each([
    ['without its end', events.slice(0, -1)],
    ['without usage', events.filter((event) => !event.includes('"total_tokens"'))],
    ['without one event', events.toSpliced(50, 1)],
    ['with two events in the wrong order', [events[1]!, events[0]!, ...events.slice(2)]],
    ['that is cut inside an event', [...events.slice(0, -2), events.at(-2)!.slice(0, 30)]],
    ['that is empty', []],
  ])('refuses one %s', (_case, sent) => {
    expect(verify(200, Buffer.from(sent.join('')))).toMatch(/^(wrong|broken) answer/);
  });
});
