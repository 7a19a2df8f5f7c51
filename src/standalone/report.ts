// What `flashback up` says to the person who started it. Pure: text from what is known. One secret is in it, the token of
// the Platform API: it goes to that person alone, never to the log.
import { keyOf, keySeenFrom, type AnyResource, type KeyType, type ObjectKey, type Repository } from '../api/resources.ts';
import { snippets, type Example } from './examples.ts';

/** A key that an application can use. */
export interface DeliveredKey {
  repository: ObjectKey;
  /** Name of the entry in spec.apiKeys. */
  name: string;
  /** Path of the file, relative to where the person is. */
  path: string;
}

export interface ReportInput {
  resources: readonly AnyResource[];
  /** As applications use it, with /v1. */
  baseUrl: string;
  metricsUrl: string;
  /** File that the statuses are written to. */
  statusPath?: string;
  /** The Platform API, its token, and the file that keeps it; absent when it is off. */
  platform?: { url: string; token: string; tokenPath: string };
  /** File that the log goes to. */
  logPath?: string;
  keys: readonly DeliveredKey[];
  /** Origin of the demo provider, and the host that it stands in for; absent when none was started. */
  demo?: { url: string; host: string };
  /** Width of the terminal in characters; messages are cut to fit. Absent: nothing is cut. */
  columns?: number;
}

const MIN_MESSAGE = 40;

interface Readiness {
  status: string;
  reason: string;
  message: string;
}

function readinessOf(resource: AnyResource): Readiness {
  const ready = resource.status?.conditions?.find(({ type }) => type === 'Ready');
  return ready ?? { status: 'Unknown', reason: '-', message: 'not looked at yet' };
}

/** `Repository quickstart/assistant: Ready (Succeeded)`. Of a policy that is good, the message tells what it does now. */
export function describeStatus(resource: AnyResource): string {
  const { status, reason, message } = readinessOf(resource);
  const subject = `${resource.kind} ${keyOf(resource.metadata)}`;
  const told = resource.kind === 'AIPolicy' ? `: ${message}` : '';
  return status === 'True' ? `${subject}: Ready (${reason})${told}` : `${subject}: not Ready (${reason}): ${message}`;
}

/** Columns as wide as their widest cell; the last is cut so that lines fit. */
function table(rows: readonly (readonly string[])[], columns: number | undefined): string[] {
  const widths = (rows[0] ?? []).map((_, index) => Math.max(...rows.map((row) => (row[index] ?? '').length)));
  const before = widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 0);
  const room = columns === undefined ? Infinity : Math.max(MIN_MESSAGE, columns - before);
  return rows.map((row) => {
    const cells = row.slice(0, -1).map((cell, index) => cell.padEnd((widths[index] ?? 0) + 2));
    const last = row.at(-1) ?? '';
    return `${cells.join('')}${last.length > room ? `${last.slice(0, room - 1)}…` : last}`.trimEnd();
  });
}

function resourceTable(resources: readonly AnyResource[], columns: number | undefined): string[] {
  const rows = resources.map((resource) => {
    const { status, reason, message } = readinessOf(resource);
    return [resource.kind, keyOf(resource.metadata), status, reason, message.replace(/\s+/g, ' ')];
  });
  return table([['KIND', 'NAMESPACE/NAME', 'READY', 'REASON', 'MESSAGE'], ...rows], columns);
}

/** A model to show an example with: not one of a connection that gateways may not use yet. */
function chatModelOf({ metadata, status }: Repository, resources: readonly AnyResource[]): string | undefined {
  const unready = new Set(
    resources
      .filter((resource) => resource.kind === 'AILLMConfig' && readinessOf(resource).status !== 'True')
      .map((resource) => keyOf(resource.metadata)),
  );
  const usable = (status?.models ?? []).filter(({ llm }) => !unready.has(keyOf(keySeenFrom(metadata.namespace, llm))));
  const names = usable.map(({ name }) => name);
  return names.find((name) => !/embed/i.test(name)) ?? names[0];
}

/** Of a key that opens a surface; undefined: it opens none, or its entry is gone. */
function openTypeOf({ spec }: Repository, name: string): KeyType | undefined {
  const entry = spec.apiKeys?.find((candidate) => candidate.name === name);
  const type = entry?.type ?? 'OpenAI';
  return entry !== undefined && (spec.surfaces ?? ['OpenAI']).includes(type) ? type : undefined;
}

/** The key to show an example with: of a Repository that is ready, and of which a model is known. */
function exampleOf({ resources, keys }: Pick<ReportInput, 'resources' | 'keys'>): Example | undefined {
  for (const { repository, name, path } of keys) {
    const resource = resources.find(({ kind, metadata }) => kind === 'Repository' && keyOf(metadata) === keyOf(repository));
    if (resource?.kind !== 'Repository' || readinessOf(resource).status !== 'True') continue;
    const model = chatModelOf(resource, resources);
    const type = openTypeOf(resource, name);
    if (model !== undefined && type !== undefined) return { type, path, model };
  }
  return undefined;
}

/** How to try a key that works, in lines that end with a newline; undefined as long as there is none. */
export function exampleBlock(input: Pick<ReportInput, 'resources' | 'keys'>): string | undefined {
  const example = exampleOf(input);
  return example === undefined ? undefined : `\n${snippets(example).join('\n')}\n\n`;
}

function keyTable({ keys }: ReportInput): string[] {
  if (keys.length === 0) return ['API keys:   none yet; add an entry to spec.apiKeys of a Repository'];
  const rows = keys.map(({ repository, name, path }) => [`  ${keyOf(repository)}`, name, path]);
  return ['API keys (delete a file to revoke its key and get a new one):', ...table(rows, undefined)];
}

/** The report after the start, in lines that end with a newline. */
export function startReport(input: ReportInput): string {
  const { resources, baseUrl, metricsUrl, logPath, statusPath, platform, demo, columns } = input;
  const example = exampleOf(input);
  const lines = [
    ...(resources.length === 0 ? ['There are no resources yet.'] : resourceTable(resources, columns)),
    '',
    `Base URL:   ${baseUrl}`,
    `Metrics:    ${metricsUrl}`,
    ...(statusPath === undefined ? [] : [`Status:     ${statusPath}`]),
    ...(logPath === undefined ? [] : [`Log:        ${logPath}`]),
    ...(platform === undefined ? [] : [`Platform:   ${platform.url}; send the token ${platform.token} (kept in ${platform.tokenPath})`]),
    ...(demo === undefined ? [] : [`Demo:       demo provider on ${demo.url} stands in for ${demo.host}; it only echoes`]),
    ...keyTable(input),
    '',
    ...(example === undefined ? ['No Repository with a key is ready yet; how to try it follows here when one is.'] : snippets(example)),
    '',
    'Edit the files, and the changes take effect at once. Ctrl-C ends.',
  ];
  return `${lines.join('\n')}\n`;
}
