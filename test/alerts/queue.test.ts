// Who waits for a receiver, and who finds no room.
import { expect, it } from 'vitest';
import type { Notice } from '../../src/alerts/notice.ts';
import { NoticeQueue } from '../../src/alerts/queue.ts';
import { found } from './receiver.ts';

function notice(id: string, namespace: string, action: 'Alert' | 'Block' = 'Alert'): Notice {
  return { id, violation: found({ id, repository: `${namespace}/repo`, action }), folded: 0, window: 1 };
}

function order(queue: NoticeQueue): string[] {
  const ids: string[] = [];
  for (let next = queue.next(); next !== undefined; next = queue.next()) ids.push(next.id);
  return ids;
}

it('what was blocked goes before what was only noticed, each in its order', () => {
  const queue = new NoticeQueue(10);
  for (const id of ['a1', 'b1', 'a2', 'b2']) queue.add(notice(id, 'team', id.startsWith('b') ? 'Block' : 'Alert'));
  expect(order(queue)).toEqual(['b1', 'b2', 'a1', 'a2']);
});

it('a namespace may have all the room while no other wants any, and loses its latest beyond it', () => {
  const queue = new NoticeQueue(3);
  expect(['1', '2', '3', '4'].map((id) => queue.add(notice(id, 'team'))?.id)).toEqual([undefined, undefined, undefined, '4']);
  expect(queue.add(notice('b', 'team', 'Block'))?.id).toBe('3');
  expect(order(queue)).toEqual(['b', '1', '2']);
});

it('a namespace that floods makes room for others, until they have as much', () => {
  const queue = new NoticeQueue(4);
  for (const id of ['1', '2', '3', '4']) queue.add(notice(id, 'loud', 'Block'));
  expect([queue.add(notice('q1', 'quiet'))?.id, queue.add(notice('q2', 'quiet'))?.id]).toEqual(['4', '3']);
  expect(queue.add(notice('q3', 'quiet'))?.id).toBe('q3');
  expect(queue.add(notice('5', 'loud', 'Block'))?.id).toBe('5');
  expect(order(queue)).toEqual(['1', '2', 'q1', 'q2']);
});

it('says how many waited when nobody is told any more', () => {
  const queue = new NoticeQueue(4);
  queue.add(notice('1', 'team'));
  expect([queue.clear(), queue.clear(), order(queue)]).toEqual([1, 0, []]);
});
