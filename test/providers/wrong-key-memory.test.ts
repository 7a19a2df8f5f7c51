import { describe, expect, it } from 'vitest';
import { WrongKeyMemory } from '../../src/providers/wrong-key-memory.ts';

const DAY = 24 * 3_600_000;

describe('the memory of wrong keys', () => {
  it('keeps an answer for a day and then drops it, also when nobody asks for it again', () => {
    let now = 0;
    const memory = new WrongKeyMemory(() => now);
    memory.remember('GET a', 401);
    now = DAY - 1;
    memory.remember('GET b', 200);
    expect([memory.recall('GET a'), memory.recall('GET b'), memory.recall('GET c')]).toEqual([401, 200, undefined]);
    now = DAY;
    expect(memory.recall('GET b')).toBe(200);
    expect([memory.size, memory.recall('GET a')]).toEqual([1, undefined]);
  });

  it('is renewed by a new answer', () => {
    let now = 0;
    const memory = new WrongKeyMemory(() => now);
    memory.remember('GET a', 401);
    now = DAY - 1;
    memory.remember('GET a', 200);
    now = DAY;
    expect(memory.recall('GET a')).toBe(200);
  });

  it.each([408, 429, 500, 503])('does not keep %d, which says nothing about keys', (status) => {
    const memory = new WrongKeyMemory(() => 0);
    memory.remember('GET a', status);
    expect(memory.size).toBe(0);
  });

  it('holds no more than 1000, and loses the oldest first', () => {
    const memory = new WrongKeyMemory(() => 0);
    for (let i = 0; i < 1_500; i += 1) memory.remember(`GET ${i}`, 401);
    expect([memory.size, memory.recall('GET 499'), memory.recall('GET 500'), memory.recall('GET 1499')]).toEqual([1_000, undefined, 401, 401]);
  });
});
