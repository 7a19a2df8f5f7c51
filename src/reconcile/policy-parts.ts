// Puts together what decides about policies.
import type { Clock } from '../clock.ts';
import type { Asker } from '../policy/types.ts';
import type { ObservedPolicy } from '../snapshot/build.ts';
import type { SnapshotProvider } from '../snapshot/snapshot.ts';
import { AiPolicyReconciler } from './ai-policy.ts';
import type { Evaluation } from './evaluation.ts';
import type { Permits } from './grants.ts';
import type { Organizations } from './organizations.ts';
import { PolicyCounts } from './policy-counts.ts';
import type { JudgeModel } from './policy-judge.ts';
import { PolicyTallies } from './policy-tally.ts';
import { PolicyTester, type PolicyTesterOptions } from './policy-tester.ts';
import type { ResourceStore } from './store.ts';
import type { World } from './world.ts';

/** Sends a question to a model. Rejects when there is no HTTP answer. */
export type AskJudge = (
  target: SnapshotProvider,
  model: string,
  body: Record<string, unknown>,
  signal: AbortSignal,
  asker: Asker,
) => Promise<{ status: number; body: string }>;

/** What a process gives to decide about policies by. */
export interface PolicySettings {
  /** For the tests of policies: ModelAsker.ask. Without it those that need a judge say nothing. */
  askJudge?: AskJudge;
  /** Judges for policies that name no judge. */
  defaultJudge?: JudgeModel | undefined;
  /** Of this program: with another one the tests are run again. */
  version?: string;
}

export interface PolicyPartsOptions {
  store: ResourceStore;
  world: World;
  organizations: Organizations;
  permits: Permits;
  settings: PolicySettings;
  clock: Clock;
  /** From 0 to 1. */
  random(): number;
  /** That many random bytes. */
  bytes(count: number): Buffer;
  report(key: string, evaluation: Evaluation | undefined): void;
  /** There is news about this policy beside what it says itself. */
  enqueue(key: string): void;
  /** What gateways get of a policy, or whom it is for, is different now. */
  onServed(policies: readonly (ObservedPolicy | undefined)[]): void;
}

export interface PolicyParts {
  policies: AiPolicyReconciler;
  tester: PolicyTester;
  counts: PolicyCounts;
  tallies: PolicyTallies;
  /** Has what was counted since it was told last written, for whoever goes on from status. Never rejects, and takes two seconds at most. */
  flush(write: (key: string) => Promise<void>): Promise<void>;
}

/** Milliseconds. */
const FLUSH_DEADLINE = 2_000;

export function policyParts(options: PolicyPartsOptions): PolicyParts {
  const { store, world, organizations, permits, settings, clock, random, bytes, report, enqueue, onServed } = options;
  const { askJudge, defaultJudge, version = '' } = settings;
  const ask: PolicyTesterOptions['ask'] = async (llm, model, body, signal, asker) => {
    const target = world.providers.get(llm)?.provider;
    if (target === undefined || askJudge === undefined) throw new Error(`${llm} cannot be asked`);
    return askJudge(target, model, body, signal, asker);
  };
  const tester = new PolicyTester({ ask, clock, random, bytes, onSettled: enqueue });
  const counts = new PolicyCounts({ clock, onDue: enqueue });
  const tallies = new PolicyTallies(counts, store);
  const told = { report, onServed: (before: ObservedPolicy | undefined, after: ObservedPolicy | undefined) => onServed([before, after]) };
  const policies = new AiPolicyReconciler({ store, world, organizations, permits, tester, tallies, defaultJudge, version, ...told });
  const flush = async (write: (key: string) => Promise<void>): Promise<void> => {
    const writing = counts.drain().map(async (key) => {
      await policies.reconcile(key);
      await write(key);
    });
    const late = Promise.withResolvers<void>();
    const timer = clock.setTimeout(late.resolve, FLUSH_DEADLINE);
    await Promise.race([Promise.allSettled(writing), late.promise]);
    timer.clear();
  };
  return { policies, tester, counts, tallies, flush };
}
