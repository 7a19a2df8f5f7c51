import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import {
  GATEWAY_METRICS,
  OPERATOR_METRICS,
  createGatewayMetrics,
  createOperatorMetrics,
  createRegistry,
} from '../../src/telemetry/metrics.ts';
import { tableOf } from '../fake/markdown.ts';

const PROCESSES = [
  { who: 'gateway', table: GATEWAY_METRICS, create: createGatewayMetrics },
  { who: 'operator', table: OPERATOR_METRICS, create: createOperatorMetrics },
];
interface Row {
  who: string;
  name: string;
  kind: string;
  help: string;
  labels: readonly string[];
  buckets?: readonly number[];
}
const ALL = PROCESSES.flatMap(({ who, table }) => Object.entries(table).map(([name, definition]): Row => ({ who, name, ...definition })));

it('docs/metrics.md has a row for every metric, and no other', () => {
  const code = (text: string): string => `\`${text}\``;
  const expected = ALL.map(({ who, name, kind, labels, help }) => [code(name), who, kind, labels.map(code).join(' '), help]);
  expect(tableOf(readFileSync('docs/metrics.md', 'utf8'))).toEqual(expected);
});

describe.each(ALL)('$name', ({ name, kind, labels, help, buckets = [] }) => {
  it('is named, labelled and explained as Prometheus wants it', () => {
    expect(name).toMatch(/^[a-z][a-z0-9_]*[a-z]$/);
    expect(name.endsWith('_total')).toBe(kind === 'counter');
    expect(help).toMatch(/\.$/);
    for (const label of labels) expect(label).toMatch(/^[a-z][a-z_]*$/);
    expect(labels).not.toContain('le');
    expect(buckets.length > 0).toBe(kind === 'histogram');
    expect([...buckets].toSorted((a, b) => a - b)).toEqual(buckets);
  });
});

describe.each(PROCESSES)('the metrics of the $who', ({ table, create }) => {
  it('are those of the table', () => {
    const registry = new Registry();
    const metrics = create(registry);
    expect(Object.keys(metrics)).toEqual(Object.keys(table));
    expect(registry.getMetricsAsArray().map(({ name }) => name)).toEqual(Object.keys(table));
  });
});

it('both processes fit on one registry, for `up`, beside those of Node', async () => {
  const registry = createRegistry();
  createGatewayMetrics(registry);
  createOperatorMetrics(registry);
  const text = await registry.metrics();
  expect(text).toContain('nodejs_eventloop_lag_seconds');
  for (const { name } of ALL) expect(text).toContain(`# TYPE ${name} `);
});
