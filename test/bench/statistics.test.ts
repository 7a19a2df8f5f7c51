import { describe, expect, it } from 'vitest';
import { cpuRatio, reportOf } from '../../bench/report.ts';
import { formatTable, paired, percentile, spreadOf } from '../../bench/statistics.ts';

describe('percentiles', () => {
  it('do not depend on the order of the values', () => {
    expect(percentile([5, 1, 4, 2, 3], 0.5)).toBe(3);
  });

  it('take the value above which the rest lies', () => {
    const values = Array.from({ length: 100 }, (_, index) => index);
    expect(percentile(values, 0.99)).toBe(99);
    expect(percentile(values, 1)).toBe(99);
  });

  it('of nothing are no number, so that they cannot pass for a result', () => {
    expect(percentile([], 0.5)).toBeNaN();
  });
});

describe('figures of several repetitions', () => {
  it('are told by median, least and most', () => {
    expect(spreadOf([9, 1, 5])).toEqual({ median: 5, min: 1, max: 9 });
  });

  it('are compared within the same repetition', () => {
    expect(paired([20, 200], [10, 100], (a, b) => a / b)).toEqual([2, 2]);
  });

  it('give the ratio of a slow machine and of a fast one alike', () => {
    const bare = { cpu: [10, 100, 40], p50: [], p99: [] };
    const gateway = { cpu: [15, 150, 60], p50: [], p99: [] };
    expect(cpuRatio(gateway, bare)).toEqual({ median: 1.5, min: 1.5, max: 1.5 });
  });
});

const samples = (cpu: number[], p50: number, p99: number) => ({ cpu, p50: [p50], p99: [p99] });

describe('the table', () => {
  it('aligns its columns', () => {
    expect(formatTable([['name', 'n'], ['a', '1'], ['longer', '100']])).toBe('name      n\n------  ---\na         1\nlonger  100');
  });

  it('shows latencies of proxies as what they add to none', () => {
    const result = { direct: samples([], 1, 2), bare: samples([50], 1.5, 2.25), gateway: samples([80], 0.75, 4) };
    const [, , direct, bare, gateway] = reportOf({ ...result, title: 'JSON', chunks: undefined, others: [] }).split('\n');
    expect(direct).toMatch(/^direct .* 1\.00 \[1\.00, 1\.00\] +2\.00 \[2\.00, 2\.00\]$/);
    expect(bare).toMatch(/ 50 \[50, 50\] +1\.00 \[.*\] +- +\+0\.50 \[.*\] +\+0\.25 \[/);
    expect(gateway).toMatch(/ 80 \[80, 80\] +1\.60 \[.*\] +- +-0\.25 \[.*\] +\+2\.00 \[/);
  });

  it('shows what translation costs for each chunk, next to the bare proxy and to the gateway that only passes on', () => {
    const result = { direct: samples([], 1, 2), bare: samples([1000], 1, 2), gateway: samples([2000], 1, 2) };
    const others = [['to Google', samples([5000], 1, 2)]] as const;
    const lines = reportOf({ ...result, title: 'stream', chunks: 100, others }).split('\n');
    expect(lines[0]).toMatch(/ CPU us per request +per chunk +ratio to bare +ratio to gateway /);
    expect(lines[5]).toMatch(/^to Google +5000 \[.*\] +50\.0 \[50\.0, 50\.0\] +5\.00 \[5\.00, 5\.00\] +2\.50 \[2\.50, 2\.50\] +- +-$/);
  });
});
