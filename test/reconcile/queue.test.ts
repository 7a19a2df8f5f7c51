import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { Controller, DONE, requeueAfter, type ReconcileResult } from '../../src/reconcile/controller.ts';
import { WorkQueue } from '../../src/reconcile/queue.ts';
import { RetryDelays } from '../../src/reconcile/retry-delays.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';
import { FakeClock, settle } from '../fake/clock.ts';

function queueOn(clock: FakeClock): WorkQueue {
  return new WorkQueue({ name: 'test', clock, random: () => 0.5, metrics: createOperatorMetrics(new Registry()) });
}

describe('WorkQueue', () => {
  it('holds a key once, in the order of adding', () => {
    const queue = queueOn(new FakeClock());
    for (const key of ['a', 'b', 'a']) queue.add(key);
    expect([queue.take(), queue.take(), queue.take()]).toEqual(['a', 'b', undefined]);
  });

  it('hands a key that was added while it was processed out again only when it is done', () => {
    const queue = queueOn(new FakeClock());
    queue.add('a');
    queue.take();
    queue.add('a');
    queue.add('a');
    expect(queue.take()).toBeUndefined();
    queue.done('a');
    expect(queue.take()).toBe('a');
    queue.done('a');
    expect(queue.take()).toBeUndefined();
  });

  it('lets the newest plan replace the one before, and forget() cancel it', async () => {
    const clock = new FakeClock();
    const queue = queueOn(clock);
    queue.addAfter('a', 1_000);
    queue.addAfter('a', 5_000);
    queue.addAfter('b', 1_000);
    queue.forget('b');
    await clock.advance(4_999);
    expect(queue.depth).toBe(0);
    await clock.advance(1);
    expect(queue.take()).toBe('a');
  });

  it('does not come back at once from a plan that is further away than a timer can hold', async () => {
    const clock = new FakeClock();
    const queue = queueOn(clock);
    queue.addAfter('a', 1e12);
    await clock.advance(23 * 3_600_000);
    expect(queue.depth).toBe(0);
    await clock.advance(3_600_000);
    expect(queue.depth).toBe(1);
  });
});

describe('RetryDelays', () => {
  it('doubles from one second to five minutes per key, and starts again after forget()', () => {
    const delays = new RetryDelays({ now: () => 0, random: () => 0.5 });
    const steps = Array.from({ length: 11 }, () => delays.next('a'));
    expect(steps).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1000));
    delays.forget('a');
    expect(delays.next('a')).toBe(1_000);
  });

  it('spreads by a fifth both ways', () => {
    const at = (unit: number): number => new RetryDelays({ now: () => 0, random: () => unit }).next('a');
    expect([at(0), at(1)]).toEqual([800, 1200]);
  });

  it('lets ten a second through once a hundred have failed', () => {
    const delays = new RetryDelays({ now: () => 0, random: () => 0.5 });
    const waits = Array.from({ length: 300 }, (_, i) => delays.next(`key-${i}`));
    expect(Math.max(...waits.slice(0, 100))).toBe(1_000);
    expect(waits.at(-1)).toBe(20_000);
  });
});

function controllerOn(clock: FakeClock, reconcile: (key: string, signal: AbortSignal) => Promise<ReconcileResult>, registry = new Registry()): Controller {
  return new Controller({ name: 'test', reconcile, clock, random: () => 0.5, logger: pino({ level: 'silent' }), metrics: createOperatorMetrics(registry) });
}

/** Value of a series as it is served, or '' where there is none. */
async function lineOf(registry: Registry, series: string): Promise<string> {
  const lines = (await registry.metrics()).split('\n');
  return lines.find((line) => line.startsWith(`${series} `))?.slice(series.length + 1) ?? '';
}

describe('Controller', () => {
  it('runs nothing before start() and after stop(), and four keys at a time between', async () => {
    const seen: string[] = [];
    const release: (() => void)[] = [];
    const controller = controllerOn(new FakeClock(), async (key) => {
      seen.push(key);
      await new Promise<void>((resolve) => release.push(resolve));
      return DONE;
    });
    for (let i = 0; i < 6; i += 1) controller.add(`key-${i}`);
    await settle();
    expect(seen).toEqual([]);
    controller.start();
    await settle();
    expect(seen).toHaveLength(4);
    let stopped = false;
    const stopping = controller.stop().then(() => (stopped = true));
    await settle();
    expect(stopped).toBe(false);
    for (const free of release) free();
    await stopping;
    await settle();
    expect(seen).toHaveLength(4);
  });

  it('never runs one key twice at the same time', async () => {
    let running = 0;
    let most = 0;
    let runs = 0;
    const controller = controllerOn(new FakeClock(), async () => {
      most = Math.max(most, (running += 1));
      runs += 1;
      await settle(2);
      running -= 1;
      return DONE;
    });
    controller.start();
    for (let i = 0; i < 10; i += 1) {
      controller.add('a');
      await settle(1);
    }
    await settle(50);
    expect(most).toBe(1);
    expect(runs).toBeGreaterThan(1);
  });

  it('tries again after a failure, later each time, and counts it', async () => {
    const clock = new FakeClock();
    const registry = new Registry();
    const at: number[] = [];
    const controller = controllerOn(clock, async () => {
      at.push(clock.monotonic());
      throw new Error('no');
    }, registry);
    controller.start();
    controller.add('a');
    await clock.advance(8_000);
    expect(at).toEqual([0, 1_000, 3_000, 7_000]);
    const text = await registry.metrics();
    expect(text).toContain('controller_runtime_reconcile_errors_total{controller="test"} 4');
    expect(text).toContain('controller_runtime_reconcile_total{controller="test",result="error"} 4');
    expect(text).toContain('workqueue_retries_total{name="test",controller="test"} 4');
  });

  it('comes back when the result says so', async () => {
    const clock = new FakeClock();
    let runs = 0;
    const controller = controllerOn(clock, async () => ((runs += 1) < 3 ? requeueAfter(1_000) : DONE));
    controller.start();
    controller.add('a');
    await clock.advance(10_000);
    expect(runs).toBe(3);
  });

  it('aborts a run at the deadline, and counts that', async () => {
    const clock = new FakeClock();
    const registry = new Registry();
    const timeouts = async (): Promise<string> => lineOf(registry, 'controller_runtime_reconcile_timeouts_total{controller="test"}');
    let reason: unknown;
    const controller = controllerOn(clock, (_key, signal) => new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reason = signal.reason;
        reject(new Error('aborted'));
      });
    }), registry);
    controller.start();
    controller.add('a');
    await clock.advance(59_999);
    expect(reason).toBeUndefined();
    expect(await timeouts()).toBe('0');
    await clock.advance(1);
    expect(String(reason)).toContain('60 s');
    expect(await timeouts()).toBe('1');
  });

  it.each([
    [new TypeError('undefined is not a function'), '1'],
    [new RangeError('Maximum call stack size exceeded'), '1'],
    [new ReferenceError('x is not defined'), '1'],
    [new Error('the API server is away'), '0'],
    ['a text', '0'],
  ])('tells its own faults from failures: %s', async (thrown, panics) => {
    const clock = new FakeClock();
    const registry = new Registry();
    const controller = controllerOn(clock, () => Promise.reject(thrown), registry);
    controller.start();
    controller.add('a');
    await clock.advance(1);
    expect(await lineOf(registry, 'controller_runtime_reconcile_panics_total{controller="test"}')).toBe(panics);
    expect(await lineOf(registry, 'controller_runtime_reconcile_errors_total{controller="test"}')).toBe('1');
    expect(await lineOf(registry, 'controller_runtime_terminal_reconcile_errors_total{controller="test"}')).toBe('0');
    await clock.advance(1_000);
    expect(await lineOf(registry, 'controller_runtime_reconcile_errors_total{controller="test"}')).toBe('2');
  });

  it('shows at each scrape how long the running keys have been worked on', async () => {
    const clock = new FakeClock();
    const registry = new Registry();
    const release: (() => void)[] = [];
    const controller = controllerOn(clock, async () => {
      await new Promise<void>((resolve) => release.push(resolve));
      return DONE;
    }, registry);
    const shown = async (): Promise<string[]> => [
      await lineOf(registry, 'workqueue_unfinished_work_seconds{name="test",controller="test"}'),
      await lineOf(registry, 'workqueue_longest_running_processor_seconds{name="test",controller="test"}'),
    ];
    expect(await shown()).toEqual(['0', '0']);
    controller.start();
    controller.add('a');
    await clock.advance(2_000);
    controller.add('b');
    await clock.advance(3_000);
    expect(await shown()).toEqual(['8', '5']);
    release[0]?.();
    await clock.advance(1_000);
    expect(await shown()).toEqual(['4', '4']);
    release[1]?.();
    await settle();
    expect(await shown()).toEqual(['0', '0']);
  });
});
