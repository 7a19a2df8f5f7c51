// How batches become rows: once, whole, in the order of their source.
import { expect, it } from 'vitest';
import { aBatch, aList, aQuestion, aUse, aViolation, everyUid, noUid, told } from '../said.ts';
import type { Place } from '../stores.ts';

export function ingestSuite(fresh: () => Promise<Place>): void {
  it('counts a batch that arrives twice once', async () => {
    const ledger = await (await fresh()).open();
    const batch = aBatch([aUse()]);
    expect(await ledger.ingest([batch], everyUid)).toEqual(['stored']);
    expect(await ledger.ingest([batch], everyUid)).toEqual(['known']);
    expect((await ledger.usage(aQuestion()))[0]?.amounts.requests).toBe(1);
    await ledger.close();
  });

  it('still knows after it was opened again what it has', async () => {
    const place = await fresh();
    const first = await place.open();
    await first.ingest([aBatch([aUse()]), aBatch([aUse()], { sequence: 2 })], everyUid);
    await first.close();
    const second = await place.open();
    expect(await second.ingest([aBatch([aUse()], { sequence: 2 }), aBatch([aUse()], { sequence: 3 })], everyUid)).toEqual([
      'known',
      'stored',
    ]);
    expect((await second.usage(aQuestion()))[0]?.amounts).toMatchObject({ requests: 3, tokensIn: 30, tokensOut: 15, latency: 300 });
    await second.close();
  });

  it('stores nothing of a batch when one between it and the one told before it is missing', async () => {
    const ledger = await (await fresh()).open();
    const third = aBatch([aUse()], { sequence: 3 });
    const told = [aBatch([aUse()]), third, aBatch([aUse()], { sequence: 4 }), aBatch([aUse()], { source: 'gateway-2' })];
    expect(await ledger.ingest(told, everyUid)).toEqual(['stored', 'gap', 'gap', 'stored']);
    expect((await ledger.usage(aQuestion()))[0]?.amounts.requests).toBe(2);
    expect(await ledger.ingest([aBatch([aUse()], { sequence: 2 }), third], everyUid)).toEqual(['stored', 'stored']);
    await ledger.close();
  });

  it('goes on where another ledger was told what is missing, and counts it once', async () => {
    const ledger = await (await fresh()).open();
    await ledger.ingest([aBatch([aUse()])], everyUid);
    const told = [aBatch([aUse()], { sequence: 7 }), aBatch([aUse()], { sequence: 8 })];
    expect(await ledger.ingest(told, everyUid)).toEqual(['resumed', 'stored']);
    expect(await ledger.ingest(told, everyUid)).toEqual(['known', 'known']);
    expect((await ledger.usage(aQuestion()))[0]?.amounts.requests).toBe(3);
    await ledger.close();
  });

  it('lets a source that it has never seen begin anywhere', async () => {
    const ledger = await (await fresh()).open();
    expect(await ledger.ingest([aBatch([aUse()], { sequence: 17 })], everyUid)).toEqual(['stored']);
    expect(await ledger.ingest([aBatch([aUse()], { sequence: 16 })], everyUid)).toEqual(['known']);
    await ledger.close();
  });

  it('says how far each source is, and how much it gave up', async () => {
    const ledger = await (await fresh()).open();
    await ledger.ingest([aBatch([], { dropped: 3 }), aBatch([], { sequence: 2, dropped: 4 }), aBatch([], { source: 'b' })], everyUid);
    await ledger.ingest([aBatch([], { sequence: 2, dropped: 4 })], everyUid);
    const sources = (await ledger.sources()).map(({ source, sequence, dropped }) => [source, sequence, dropped]);
    expect(sources).toEqual([
      ['b', 1, 0],
      ['gateway-1', 2, 7],
    ]);
    await ledger.close();
  });

  it('stores none of several batches where one of them cannot be stored', async () => {
    const ledger = await (await fresh()).open();
    const broken = aBatch([aUse({ tokensIn: Number.NaN })], { source: 'broken' });
    await expect(ledger.ingest([aBatch([aUse()]), broken], everyUid)).rejects.toThrow();
    expect(await ledger.usage(aQuestion())).toEqual([]);
    expect(await ledger.sources()).toEqual([]);
    expect(await ledger.ingest([aBatch([aUse()])], everyUid)).toEqual(['stored']);
    await ledger.close();
  });

  it('adds violations to the use of their minute', async () => {
    const ledger = await (await fresh()).open();
    const violations = [
      aViolation({ action: 'Block', severity: 'High' }),
      aViolation({ action: 'Alert', severity: 'Low' }),
      aViolation({ action: 'Log', severity: 'Medium' }),
      aViolation({ action: 'Log' }),
    ];
    await told(ledger, [aUse(), ...violations]);
    const [row] = await ledger.usage(aQuestion({ bucket: 60_000, groupBy: ['model', 'user'] }));
    expect(row?.amounts).toMatchObject({
      requests: 1,
      violations: 4,
      alerts: 2,
      blocks: 1,
      severityLow: 1,
      severityMedium: 1,
      severityHigh: 1,
    });
    await ledger.close();
  });

  it('counts nothing of what a policy on trial has found, and does not list it', async () => {
    const ledger = await (await fresh()).open();
    await told(ledger, [aViolation({ action: 'DryRun', severity: 'High' })]);
    expect(await ledger.usage(aQuestion())).toEqual([]);
    expect(await ledger.violations(aList())).toEqual({ rows: [], total: 0 });
    expect(await ledger.alerts(aList())).toEqual({ rows: [], total: 0 });
    await ledger.close();
  });

  it('counts a violation once that two sources tell', async () => {
    const ledger = await (await fresh()).open();
    const violation = aViolation();
    await told(ledger, [violation, violation]);
    await told(ledger, [violation]);
    expect((await ledger.usage(aQuestion()))[0]?.amounts.violations).toBe(1);
    expect((await ledger.violations(aList())).total).toBe(1);
    await ledger.close();
  });

  it('fills in the UID of an object that nobody knew at first', async () => {
    const ledger = await (await fresh()).open();
    await told(ledger, [aUse()], noUid);
    expect((await ledger.usage(aQuestion({ groupBy: ['repository'] })))[0]?.dimensions).toEqual({ repository: '' });
    await told(ledger, [aUse()]);
    const rows = await ledger.usage(aQuestion({ groupBy: ['repository', 'llm'] }));
    expect(rows.map(({ dimensions, amounts }) => [dimensions, amounts.requests])).toEqual([
      [{ repository: everyUid('Repository', 'shop/chat'), llm: everyUid('AILLMConfig', 'shop/openai') }, 2],
    ]);
    await ledger.close();
  });

  it('counts what is told of a deleted object for the last one of its name', async () => {
    const ledger = await (await fresh()).open();
    await told(ledger, [aUse()], () => 'first');
    await told(ledger, [aUse()], () => 'second');
    await told(ledger, [aUse()], noUid);
    const rows = await ledger.usage(aQuestion({ groupBy: ['repository'] }));
    expect(rows.map(({ dimensions, amounts }) => [dimensions.repository, amounts.requests])).toEqual([
      ['first', 1],
      ['second', 2],
    ]);
    await ledger.close();
  });
}
