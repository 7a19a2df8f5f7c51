// One scenario measured on all targets, interleaved: what disturbs a shared machine then disturbs each of them alike.
import { Load, type Target } from './load.ts';
import { cpuTime } from './processes.ts';
import type { Scenario, ScenarioName } from './scenarios.ts';
import { percentile } from './statistics.ts';

export interface MeasuredTarget extends Target {
  /** Undefined for the upstream itself: there is nothing in between that costs. */
  pid: number | undefined;
  /** What is asked of it, and what it has to answer. */
  scenario: Scenario;
  /** Whether to measure when first bytes come, too. */
  latency: boolean;
}

/** One figure for each repetition. */
export interface Samples {
  /** CPU microseconds per request. */
  cpu: number[];
  /** Milliseconds from when a request was due to the first byte of its answer. */
  p50: number[];
  p99: number[];
}

/** How many requests. Warm-up is by count, because what is not compiled yet costs several times as much. */
interface Plan {
  warmUp: number;
  /** Closed loop, for CPU time: `slices` turns of `requests`. */
  connections: number;
  slices: number;
  requests: number;
  /** Open loop, for latency. */
  open: number;
  perSecond: number;
}

const PLANS: Record<ScenarioName, Plan> = {
  json: { warmUp: 10_000, connections: 64, slices: 5, requests: 2_500, open: 600, perSecond: 200 },
  paced: { warmUp: 192, connections: 64, slices: 2, requests: 128, open: 150, perSecond: 50 },
  unpaced: { warmUp: 1_000, connections: 64, slices: 3, requests: 600, open: 200, perSecond: 100 },
};

interface Runner {
  target: MeasuredTarget;
  load: Load;
  samples: Samples;
}

/** Another one begins each time, so that none always follows the same one. */
function rotated<T>(list: readonly T[], by: number): T[] {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

async function measureCpu(runners: readonly Runner[], { connections, slices, requests }: Plan): Promise<void> {
  const used = new Map<Runner, number>();
  for (let slice = 0; slice < slices; slice += 1) {
    for (const runner of rotated(runners, slice)) {
      const { pid } = runner.target;
      // Brings back the connections that were closed as idle meanwhile.
      await runner.load.closedLoop(connections, connections);
      const before = pid === undefined ? 0 : cpuTime(pid);
      await runner.load.closedLoop(requests, connections);
      if (pid !== undefined) used.set(runner, (used.get(runner) ?? 0) + cpuTime(pid) - before);
    }
  }
  for (const [{ samples }, time] of used) samples.cpu.push(time / (slices * requests));
}

async function measureLatency({ load, samples }: Runner, { open, perSecond }: Plan): Promise<void> {
  const latencies = await load.openLoop(open, perSecond);
  samples.p50.push(percentile(latencies, 0.5));
  samples.p99.push(percentile(latencies, 0.99));
}

/** Samples of each target, in the order of the targets. Rejects at the first answer that is not right. */
export async function measureScenario(name: ScenarioName, targets: readonly MeasuredTarget[], repetitions: number): Promise<Samples[]> {
  const plan = PLANS[name];
  const runners = targets.map((target) => ({ target, load: new Load(target, target.scenario), samples: { cpu: [], p50: [], p99: [] } }));
  for (const { load } of runners) await load.closedLoop(plan.warmUp, plan.connections);
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    await measureCpu(rotated(runners, repetition), plan);
    const timed = runners.filter(({ target }) => target.latency);
    for (const runner of rotated(timed, repetition)) await measureLatency(runner, plan);
  }
  for (const { load } of runners) await load.close();
  return runners.map(({ samples }) => samples);
}
