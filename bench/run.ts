// `npm run bench`: what the gateway costs, next to no proxy and to the least proxy, in one run on one machine. Figures of
// different machines, and of different runs, do not compare; the ratio to the bare proxy does.
import { rm } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { STREAM_CHUNKS } from './foreign-answers.ts';
import { startGateway } from './gateway-process.ts';
import { measureScenario } from './measure.ts';
import { firstLine, pinCores, startNode, stopProcess, type Cores } from './processes.ts';
import { cpuRatio, reportOf } from './report.ts';
import { SCENARIOS, TRANSLATIONS, type Scenario } from './scenarios.ts';

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** Runs the scenarios and prints a table for each; resolves with the CPU ratios of the gateway to the bare proxy. */
async function bench(scenarios: readonly Scenario[], repetitions: number, cores: Cores | undefined): Promise<number[]> {
  const upstream = startNode([script('upstream.ts')], { core: cores?.rest, output: 'pipe' });
  const origin = `http://127.0.0.1:${await firstLine(upstream)}`;
  const bare = startNode([script('bare-proxy.ts'), origin], { core: cores?.target, output: 'pipe' });
  const bareOrigin = `http://127.0.0.1:${await firstLine(bare)}`;
  const gateway = await startGateway(origin, cores?.target);
  const gatewayTarget = { origin: gateway.origin, key: gateway.key, pid: gateway.child.pid };
  const ratios: number[] = [];
  try {
    for (const scenario of scenarios) {
      const translations = TRANSLATIONS.filter(({ name }) => name === scenario.name);
      const passing = { scenario, latency: true };
      const targets = [
        { ...passing, origin, key: 'any', pid: undefined },
        { ...passing, origin: bareOrigin, key: 'any', pid: bare.pid },
        { ...passing, ...gatewayTarget },
        { scenario, latency: false, ...gatewayTarget, key: gateway.guardedKey },
        ...translations.map((translation) => ({ scenario: translation, latency: false, ...gatewayTarget })),
      ];
      const [direct, bareSamples, gatewaySamples, guarded, ...translated] = await measureScenario(scenario.name, targets, repetitions);
      const result = {
        title: scenario.title,
        chunks: scenario.stream ? STREAM_CHUNKS : undefined,
        direct: direct!,
        bare: bareSamples!,
        gateway: gatewaySamples!,
        others: [
          ['gateway, all detectors', guarded!] as const,
          ...translations.map(({ provider }, index) => [`gateway, OpenAI to ${provider}`, translated[index]!] as const),
        ],
      };
      console.log(`\n${reportOf(result)}`);
      ratios.push(cpuRatio(result.gateway, result.bare).median);
    }
  } finally {
    await Promise.all([upstream, bare, gateway.child].map(stopProcess));
    await rm(gateway.directory, { recursive: true, force: true });
  }
  return ratios;
}

const { values } = parseArgs({
  options: {
    repetitions: { type: 'string', default: '3' },
    scenario: { type: 'string', multiple: true, default: SCENARIOS.map(({ name }) => name) },
    'max-ratio': { type: 'string', default: 'Infinity' },
  },
});
if (process.platform !== 'linux') throw new Error('the benchmark reads CPU time from /proc and so needs Linux');
const scenarios = SCENARIOS.filter(({ name }) => values.scenario.includes(name));
const cores = pinCores();
const where = cores === undefined ? 'not pinned to cores' : `target on core ${cores.target}, load and upstream on core ${cores.rest}`;
console.log(`Node ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}, ${where}`);
console.log(`${values.repetitions} repetitions: median [min, max]; p50 and p99 to the first byte, with + what is added to direct`);

const ratios = await bench(scenarios, Number(values.repetitions), cores);

console.log();
for (const [index, { title }] of scenarios.entries()) console.log(`gateway / bare proxy, CPU, ${title}: ${ratios[index]!.toFixed(2)}`);
if (ratios.some((ratio) => !(ratio <= Number(values['max-ratio'])))) {
  console.error(`\nThe gateway costs more than ${values['max-ratio']} times the bare proxy.`);
  process.exitCode = 1;
}
