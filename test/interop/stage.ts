// A gateway between the script of a Python SDK and one stub provider for each case and type.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { KEY_VARIABLES, type ProviderType } from '../../src/api/resources.ts';
import { aKey, aProvider, aRepository, aSnapshot, startGateway, type RunningGateway } from '../fake/gateway.ts';
import { startProvider, type FakeProvider, type ReceivedCall } from '../fake/provider.ts';
import { TYPES, type Json } from '../surfaces/stage.ts';
import { SCENARIOS, upstreamModel, type Scenario } from './scenarios.ts';

export { TYPES };
const SURFACES = ['OpenAI', 'Anthropic', 'Google'] as const;
const KEYS = { OpenAI: aKey(1), Anthropic: aKey(2), Google: aKey(3) };
const SECRET = 'upstream-secret-1';
/** Less than the limit of hooks, so that none of these processes is left behind. */
const TOO_LONG_MS = 240_000;

/** What the script of an SDK does, and what the provider behind each case does then. */
export interface Script {
  /** In test/interop/python. */
  file: string;
  cases: Record<string, Scenario>;
}

interface Line {
  case: string;
  type: string;
  heard?: unknown;
  raised?: Json;
}

/** What an application's container gets from the Secrets of its keys, and nothing else that SDKs would read. */
function environment(url: string): Record<string, string> {
  const bases = { OpenAI: `${url}/v1`, Anthropic: url, Google: url };
  const variables = SURFACES.flatMap((surface) => [
    [KEY_VARIABLES[surface].key, KEYS[surface]],
    [KEY_VARIABLES[surface].baseUrl, bases[surface]],
  ]);
  return { PATH: process.env['PATH'] ?? '', PYTHONUTF8: '1', ...(Object.fromEntries(variables) as Record<string, string>) };
}

/** Resolves with the lines that the script prints; rejects with what it said when it failed as a whole. */
function runScript(file: string, url: string): Promise<Line[]> {
  const python = inject('python');
  if ('problem' in python) return Promise.reject(new Error(python.problem));
  return new Promise((resolve, reject) => {
    // -B: no compiled files in the checkout.
    const script = join(import.meta.dirname, 'python', file);
    const child = spawn(python.path, ['-B', script, ...TYPES], {
      env: environment(url),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TOO_LONG_MS,
    });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code !== 0) reject(new Error(`${file} ended with ${code ?? signal}: ${err.trim()}`));
      else resolve(out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Line])));
    });
  });
}

function snapshotFor({ cases }: Script, origin: string): Parameters<RunningGateway['apply']>[0] {
  const all = Object.entries(cases).flatMap(([name, scenario]) => TYPES.map((type) => ({ name, scenario, type })));
  const keys = SURFACES.map((surface) => [hashKey(KEYS[surface]), { id: `key_${surface}`, repository: 'team-a/chat', type: surface }]);
  const providers = all.map(({ name, type }) => [`team-a/${name}.${type}`, aProvider(`${origin}/${name}/${type}/v1`, { type })]);
  const models = all.map(({ name, scenario, type }) => [
    `${name}.${type}`,
    { llm: `team-a/${name}.${type}`, upstream: upstreamModel(scenario, type) },
  ]);
  return aSnapshot({
    keys: Object.fromEntries(keys),
    providers: Object.fromEntries(providers),
    repositories: { 'team-a/chat': aRepository({ surfaces: [...SURFACES], models: Object.fromEntries(models) }) },
  });
}

function lossyModels(metrics: string): string[] {
  const counts = [...metrics.matchAll(/^flashback_dropped_fields_total\{.*,model="([^"]+)".*\} (\d+)$/gm)];
  return counts.flatMap(([, model, count]) => (count === '0' ? [] : [model!]));
}

/** Answers each call by the case and type in its path. */
function serve(provider: FakeProvider, { cases }: Script): void {
  provider.answer((response, call) => {
    const [, name = '', type = '', rest = ''] = /^\/(\w+)\/(\w+)(\/.*)$/.exec(call.url) ?? [];
    // SDKs write their JSON in different ways.
    const body = JSON.stringify(JSON.parse(call.body));
    SCENARIOS[cases[name]!](type as ProviderType)(response, { ...call, url: rest, body });
  });
}

/** Everything that came of one script. */
export class Interop {
  readonly #lines: Line[];
  readonly #calls: ReceivedCall[];

  /** Models of which the gateway told that their provider could not take something. */
  readonly lossy: readonly string[];

  private constructor(lines: Line[], calls: ReceivedCall[], lossy: string[]) {
    this.#lines = lines;
    this.#calls = calls;
    this.lossy = lossy;
  }

  static async run(script: Script): Promise<Interop> {
    const [provider, gateway] = await Promise.all([startProvider(), startGateway(undefined)]);
    try {
      serve(provider, script);
      gateway.apply(snapshotFor(script, new URL(provider.url).origin));
      const lines = await runScript(script.file, gateway.url);
      return new Interop(lines, provider.calls, lossyModels(await gateway.metrics()));
    } finally {
      await gateway.close();
      await provider.close();
    }
  }

  /** Names of the cases that the script has. */
  get cases(): string[] {
    return [...new Set(this.#lines.map((line) => line.case))];
  }

  #line(name: string, type: ProviderType): Line {
    const line = this.#lines.find((one) => one.case === name && one.type === type);
    if (line === undefined) throw new Error(`the script has no case ${name}`);
    return line;
  }

  /** What the SDK handed out. Throws what it raised instead. */
  heard(name: string, type: ProviderType): Json {
    const { heard, raised } = this.#line(name, type);
    if (raised !== undefined) throw new Error(`${raised['class']}: ${raised['message']}`);
    return heard as Json;
  }

  /** What the SDK raised. */
  raised(name: string, type: ProviderType): Json {
    const { raised, heard } = this.#line(name, type);
    if (raised === undefined) throw new Error(`the SDK raised nothing, but heard ${JSON.stringify(heard)}`);
    if (JSON.stringify(raised).includes(SECRET)) throw new Error('the error tells the credential');
    return raised;
  }

  /** The bodies that reached the provider of a case. */
  asked(name: string, type: ProviderType): Json[] {
    return this.#callsOf(name, type).map(({ body }) => JSON.parse(body) as Json);
  }

  /** The last call that reached the provider of a case. */
  lastCall(name: string, type: ProviderType): ReceivedCall {
    return this.#callsOf(name, type).at(-1)!;
  }

  #callsOf(name: string, type: ProviderType): ReceivedCall[] {
    return this.#calls.filter(({ url }) => url.startsWith(`/${name}/${type}/`));
  }
}
