import { expect, it, vi } from 'vitest';
import type { Repository } from '../../src/api/resources.ts';
import { Narrator } from '../../src/standalone/narrator.ts';
import { manualClock, type ManualClock } from '../fake/manual-clock.ts';

function aRepository(reason: string, { status = 'True', observed = 1, message = 'm' } = {}): Repository {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  return {
    apiVersion: 'ai.flashback.tech/v1alpha1',
    kind: 'Repository',
    metadata: { namespace: 'ns', name: 'r', uid: 'u', generation: 1 },
    spec: { llms: [{ name: 'demo' }] },
    status: {
      observedGeneration: observed,
      conditions: [{ type: 'Ready', status: status === 'True' ? 'True' : 'False', reason, message, lastTransitionTime }],
    },
  };
}

interface Stage {
  narrator: Narrator;
  clock: ManualClock;
  said: string[];
  set: (next: Repository) => void;
}

function aNarrator(first: Repository, report = 'REPORT\n'): Stage {
  const clock = manualClock();
  const said: string[] = [];
  let current = first;
  const narrator = new Narrator({
    clock,
    say: (text) => void said.push(text),
    resources: () => [current],
    report: () => Promise.resolve(report),
    example: () => Promise.resolve(current.status?.conditions?.[0]?.status === 'True' ? 'EXAMPLE\n' : undefined),
  });
  const set = (next: Repository): void => {
    current = next;
    narrator.onStatus(next);
  };
  return { narrator, clock, said, set };
}

/** Whatever was begun has been said after this. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function reported(said: string[]): Promise<void> {
  await vi.waitFor(() => expect(said).toContain('REPORT\n'));
}

it('reports once everything has settled and stayed so for a moment', async () => {
  const { narrator, clock, said, set } = aNarrator(aRepository('Progressing', { status: 'False' }));
  narrator.start();
  clock.advance(1000);
  await settle();
  expect(said).toEqual([]);
  set(aRepository('Succeeded'));
  clock.advance(299);
  await settle();
  expect(said).toEqual([]);
  clock.advance(1);
  await reported(said);
  clock.advance(60_000);
  await settle();
  expect(said).toEqual(['REPORT\n']);
});

it('does not take an old status for a result', async () => {
  const { narrator, clock, said } = aNarrator(aRepository('Succeeded', { observed: -1 }));
  narrator.start();
  clock.advance(9999);
  await settle();
  expect(said).toEqual([]);
});

it('reports after ten seconds at most', async () => {
  const { narrator, clock, said } = aNarrator(aRepository('Progressing', { status: 'False' }));
  narrator.start();
  clock.advance(10_000);
  await reported(said);
});

it('says after the report what changed, each result once', async () => {
  const { narrator, clock, said, set } = aNarrator(aRepository('Succeeded'));
  narrator.start();
  clock.advance(300);
  await reported(said);
  await settle();
  set(aRepository('Succeeded'));
  set(aRepository('Progressing', { status: 'False' }));
  set(aRepository('Succeeded'));
  set(aRepository('LLMNotFound', { status: 'False' }));
  set(aRepository('LLMNotFound', { status: 'False' }));
  expect(said.slice(1)).toEqual(['Repository ns/r: Ready (Succeeded)\n', 'Repository ns/r: not Ready (LLMNotFound): m\n']);
});

it('says before the report which keys have ended, and after it also which are new', async () => {
  const { narrator, clock, said } = aNarrator(aRepository('Succeeded'));
  narrator.onKey({ line: 'new', harmless: true });
  narrator.onKey({ line: 'revoked', harmless: false });
  expect(said).toEqual(['revoked\n']);
  narrator.start();
  clock.advance(300);
  await reported(said);
  await settle();
  narrator.onKey({ line: 'new', harmless: true });
  expect(said.slice(2)).toEqual(['new\n']);
});

it('shows how to try a key once one works, unless the report has done so', async () => {
  const { narrator, clock, said, set } = aNarrator(aRepository('LLMNotReady', { status: 'False' }));
  narrator.start();
  clock.advance(300);
  await reported(said);
  await settle();
  set(aRepository('LLMNotFound', { status: 'False' }));
  await settle();
  set(aRepository('Succeeded'));
  await settle();
  set(aRepository('LLMNotFound', { status: 'False' }));
  set(aRepository('Succeeded'));
  await settle();
  expect(said.filter((text) => text === 'EXAMPLE\n')).toHaveLength(1);
  expect(said.slice(2, 4)).toEqual(['Repository ns/r: Ready (Succeeded)\n', 'EXAMPLE\n']);
});

it('lets nothing through that a terminal would obey: not of a file name, a provider, or the report', async () => {
  const { narrator, clock, said, set } = aNarrator(aRepository('Succeeded'), 'REPORT\n\u001b[2J\n');
  narrator.lines(['\u001b]0;owned\u0007.yaml:1: x']);
  narrator.start();
  clock.advance(300);
  await vi.waitFor(() => expect(said).toHaveLength(2));
  await settle();
  set(aRepository('LLMNotFound', { status: 'False', message: 'a\n\u001b[31mb\u202E' }));
  expect(said).toEqual([
    '\uFFFD]0;owned\uFFFD.yaml:1: x\n',
    'REPORT\n\uFFFD[2J\n',
    'Repository ns/r: not Ready (LLMNotFound): a \uFFFD[31mb\uFFFD\n',
  ]);
});

it('says lines about files at once, and nothing once stopped', async () => {
  const { narrator, clock, said } = aNarrator(aRepository('Succeeded'));
  narrator.lines(['config.yaml:3: a mistake']);
  expect(said).toEqual(['config.yaml:3: a mistake\n']);
  narrator.start();
  narrator.stop();
  clock.advance(60_000);
  await settle();
  narrator.lines(['x']);
  expect(said).toHaveLength(1);
});
