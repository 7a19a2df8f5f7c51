// For how long policies make the event loop of a real gateway process stand still.
import { rm } from 'node:fs/promises';
import { request } from 'undici';
import { freePort, startGateway, type GatewayProcess } from '../gateway-process.ts';
import { stopProcess } from '../processes.ts';
import { formatTable, percentile } from '../statistics.ts';
import type { Figure, Measurement } from './aims.ts';
import type { Stall } from './probe.ts';
import { chat, startProvider } from './provider.ts';
import { prose } from './texts.ts';

const KILOBYTE = 1024;
const MEGABYTE = KILOBYTE * KILOBYTE;
/** Milliseconds that policies may add to the longest stall. */
const AIM = 5;
const ROUNDS = 3;

interface Traffic {
  name: string;
  body: Buffer;
  path?: string;
  type?: string;
  /** Requests of each round, and how many of them at a time. */
  count: number;
  connections: number;
  /** Expressions that take 10 ms for a kilobyte do not come to an end over megabytes. */
  isShort?: true;
}

const BOUNDARY = 'b';
const form = (text: string): Buffer => {
  const field = (name: string, value: string): string => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  return Buffer.from(`${field('model', 'bench-json-other')}${field('prompt', text)}--${BOUNDARY}--\r\n`);
};

const TRAFFIC: readonly Traffic[] = [
  { name: '1 KB', body: chat('short', prose(KILOBYTE)), count: 200, connections: 4, isShort: true },
  { name: '8 KB', body: chat('short', prose(8 * KILOBYTE)), count: 24, connections: 4, isShort: true },
  { name: '1 MB in one text', body: chat('short', prose(MEGABYTE)), count: 12, connections: 3 },
  { name: '1 MB in 20000 texts', body: chat('short', Array.from({ length: 20_000 }, (_none, index) => ({ type: 'text', text: prose(20, 7 * index) }))), count: 8, connections: 2 },
  { name: '1 MB as a form', body: form(prose(MEGABYTE)), path: '/v1/audio/transcriptions', type: `multipart/form-data; boundary=${BOUNDARY}`, count: 12, connections: 3 },
  { name: 'answers of 1 MB', body: chat('long', 'Hello.'), count: 12, connections: 3 },
  { name: 'streams, event by event', body: chat('paced', 'Hello.'), count: 16, connections: 8, isShort: true },
  { name: 'streams that come at once', body: chat('burst', 'Hello.'), count: 24, connections: 4, isShort: true },
];

async function send({ origin }: GatewayProcess, key: string, { body, path = '/v1/chat/completions', type = 'application/json' }: Traffic): Promise<void> {
  const answer = await request(origin + path, { method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': type }, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${answer.statusCode}: ${text.slice(0, 300)}`);
}

async function load(gateway: GatewayProcess, key: string, traffic: Traffic): Promise<void> {
  let left = traffic.count;
  const work = async (): Promise<void> => {
    while (left-- > 0) await send(gateway, key, traffic);
  };
  await Promise.all(Array.from({ length: traffic.connections }, work));
}

const asked = async (probe: string): Promise<Stall> => (await (await request(probe)).body.json()) as Stall;

/** The median of the longest stalls of several rounds: garbage is collected whatever is measured. */
async function longest(gateway: GatewayProcess, probe: string, key: string, traffic: Traffic): Promise<Stall> {
  await load(gateway, key, traffic);
  const stalls: Stall[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await asked(probe);
    await load(gateway, key, traffic);
    stalls.push(await asked(probe));
  }
  const middle = (of: (stall: Stall) => number): number => percentile(stalls.map(of), 0.5);
  return { clock: middle(({ clock }) => clock), cpu: middle(({ cpu }) => cpu) };
}

export interface Stalls {
  measurements: Measurement[];
  /** The longest stalls themselves, as a table. */
  table(): string;
  close(): Promise<void>;
}

/** What policies add to the longest stalls of a gateway that it starts. */
export async function startStalls(): Promise<Stalls> {
  const provider = await startProvider();
  const port = await freePort();
  const probe = new URL(`./probe.ts?port=${port}`, import.meta.url).href;
  const gateway = await startGateway(provider.origin, undefined, ['--import', probe]);
  const rows = [['longest stall of a gateway, ms', 'policies', 'on the clock', 'CPU']];

  async function measure(traffic: Traffic): Promise<Figure[]> {
    const under = async (policies: string, key: string): Promise<Stall> => {
      const stall = await longest(gateway, `http://127.0.0.1:${port}/`, key, traffic);
      rows.push([traffic.name, policies, stall.clock.toFixed(1), stall.cpu.toFixed(1)]);
      return stall;
    };
    const plain = await under('none', gateway.key);
    const kinds = { 'all detectors': gateway.guardedKey, ...(traffic.isShort === true ? { 'slow expressions': gateway.slowKey } : {}) };
    const added: Figure[] = [];
    for (const [policies, key] of Object.entries(kinds)) {
      const { clock, cpu } = await under(policies, key);
      const beyond = { value: Math.max(0, clock - plain.clock), cpu: Math.max(0, cpu - plain.cpu) };
      added.push({ what: `${traffic.name}, ${policies}`, ...beyond, unit: 'ms', aim: AIM });
    }
    return added;
  }

  return {
    measurements: TRAFFIC.map((traffic) => ({ hasAim: true, measure: () => measure(traffic) })),
    table: () => formatTable(rows),
    async close() {
      await stopProcess(gateway.child);
      await rm(gateway.directory, { recursive: true, force: true });
      provider.close();
    },
  };
}
