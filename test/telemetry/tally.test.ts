// Plain numbers in the form of prom-client: compared with what prom-client's own classes write.
import { Counter, Histogram, Registry } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { TallyCounter, TallyHistogram } from '../../src/telemetry/tally.ts';

const BUCKETS = [0.1, 1, 10];
const DEFINITION = { name: 'seen', help: 'What was "seen".', labelNames: ['a', 'b'] };
const LABELS = [
  { a: 'x', b: 'y' },
  { a: 'x"\\\n', b: '' },
  { a: 'y', b: 'x' },
];

let registry: Registry;
let reference: Registry;
beforeEach(() => {
  registry = new Registry();
  reference = new Registry();
});

/** Lines without their order: that of labels and series is free. */
async function linesOf(from: Registry): Promise<string[]> {
  const inOrder = (labels: string): string => labels.split(/,(?=\w+=")/).toSorted().join();
  return (await from.metrics()).split('\n').map((line) => line.replace(/(?<=\{).*(?=\})/s, inOrder)).toSorted();
}

describe('a counter', () => {
  it('is written as prom-client writes its own', async () => {
    const tally = new TallyCounter({ ...DEFINITION, registry });
    const counter = new Counter({ ...DEFINITION, registers: [reference] });
    for (const labels of LABELS) {
      for (const metric of [tally, counter]) {
        metric.labels(labels).inc();
        metric.labels(labels).inc(41);
        metric.labels(labels).inc(0.5);
      }
    }
    const lines = await linesOf(registry);
    expect(lines).toEqual(await linesOf(reference));
    expect(lines).toContain('seen{a="x",b="y"} 42.5');
  });
});

describe('a histogram', () => {
  it('is written as prom-client writes its own', async () => {
    const tally = new TallyHistogram({ ...DEFINITION, buckets: BUCKETS, registry });
    const histogram = new Histogram({ ...DEFINITION, buckets: BUCKETS, registers: [reference] });
    for (const labels of LABELS) {
      for (const value of [0, 0.1, 0.100001, 1, 5, 10, 10.5, 1e9]) {
        for (const metric of [tally, histogram]) metric.labels(labels).observe(value);
      }
    }
    const lines = await linesOf(registry);
    expect(lines).toEqual(await linesOf(reference));
    expect(lines).toContain('seen_bucket{a="x",b="y",le="1"} 4');
  });
});

describe.each([
  { kind: 'a counter', create: () => new TallyCounter({ ...DEFINITION, registry }) },
  { kind: 'a histogram', create: () => new TallyHistogram({ ...DEFINITION, buckets: BUCKETS, registry }) },
])('$kind', ({ create }) => {
  it('gives the same child for the same labels, in whatever order they are named', () => {
    const metric = create();
    const child = metric.labels({ a: 'x', b: 'y' });
    expect(metric.labels({ b: 'y', a: 'x' })).toBe(child);
    expect(metric.labels({ a: 'y', b: 'x' })).not.toBe(child);
  });

  it('forgets a series that is removed, and no other', async () => {
    const metric = create();
    for (const labels of LABELS) metric.labels(labels);
    metric.remove({ b: 'y', a: 'x' });
    const text = await registry.metrics();
    expect(text).not.toContain('a="x",b="y"');
    expect(text).toContain('a="y",b="x"');
  });

  it('cannot share its name with another', () => {
    create();
    expect(create).toThrow('already been registered');
  });

  it('is empty again after a reset of the registry', async () => {
    create().labels({ a: 'x', b: 'y' });
    registry.resetMetrics();
    expect(await registry.metrics()).not.toContain('a="x"');
  });
});
