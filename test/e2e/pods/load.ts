// Steady traffic from a pod, by Service DNS name: every answer is read to its end and checked, and every failure is told. One
// line of JSON a second says how it goes. Runs by itself in the pod, so it imports nothing of the project.
import { readFileSync } from 'node:fs';

const BASE_URL = process.env['BASE_URL'] ?? '';
/** A file of a Secret volume: it changes when the key is rotated. */
const KEY_FILE = process.env['KEY_FILE'] ?? '';
const MODEL = process.env['MODEL'] ?? '';
const WORKERS = Number(process.env['WORKERS'] ?? 4);
/** What the answer must say, in one piece or in many. */
const EXPECTED = process.env['EXPECTED'] ?? '';
const REPORT_MS = 1000;
const PAUSE_MS = 10;

interface Chunk {
  choices: { delta: { content?: string } }[];
}

const counts = { whole: 0, streamed: 0, failed: 0 };
let failures: string[] = [];
let stopped = false;

const textOf = (events: readonly string[]): string =>
  events
    .slice(0, -1)
    .map((event) => (JSON.parse(event) as Chunk).choices[0]?.delta.content ?? '')
    .join('');

/** Resolves with the answer's text; throws an Error with one line for whatever is not a complete good answer. */
async function ask(stream: boolean): Promise<string> {
  const response = await fetch(`${BASE_URL}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${readFileSync(KEY_FILE, 'utf8').trim()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: MODEL, stream, messages: [{ role: 'user', content: 'ping' }] }),
    signal: AbortSignal.timeout(30_000),
  });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${body.slice(0, 200)}`);
  if (!stream) return (JSON.parse(body) as { choices: { message: { content: string } }[] }).choices[0]?.message.content ?? '';
  const events = [...body.matchAll(/^data: (.*)$/gm)].map(([, data]) => data ?? '');
  if (events.at(-1) !== '[DONE]') throw new Error(`the stream ended early, after ${events.length} events`);
  return textOf(events);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

async function work(stream: boolean): Promise<void> {
  while (!stopped) {
    try {
      const text = await ask(stream);
      if (text !== EXPECTED) throw new Error(`the answer was ${JSON.stringify(text.slice(0, 200))}`);
      counts[stream ? 'streamed' : 'whole']++;
    } catch (error) {
      counts.failed++;
      failures.push(`${new Date().toISOString()} ${stream ? 'streamed' : 'whole'}: ${reasonOf(error)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

const report = (): void => {
  console.log(JSON.stringify({ ...counts, failures: failures.slice(0, 20) }));
  failures = [];
};
const timer = setInterval(report, REPORT_MS);
process.on('SIGTERM', () => (stopped = true));
await Promise.all(Array.from({ length: WORKERS }, (_, index) => work(index % 2 === 1)));
clearInterval(timer);
report();
