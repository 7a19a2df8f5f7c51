// Every flag and environment variable of every command, in one table. docs/settings.md mirrors it; a test compares the two.
import { parseArgs } from 'node:util';
import { parseDuration } from './api/duration.ts';

type Command = 'up' | 'operator' | 'gateway' | 'demo';

interface Setting {
  commands: readonly Command[];
  kind: 'string' | 'level' | 'port' | 'duration' | 'mebibytes' | 'switch' | 'list' | 'namespaces';
  /** Undefined: no value unless given. */
  default?: string;
  /** Of mebibytes: the least that works. */
  minimum?: number;
  help: string;
}

const ALL = ['up', 'operator', 'gateway'] as const;

/** Flag name -> setting, in bytes and milliseconds once parsed. The environment variable is FLASHBACK_ and the name in capitals with underscores. */
export const SETTINGS = {
  file: { commands: ['up'], kind: 'list', help: 'directory or file with manifests; repeatable' },
  'state-dir': { commands: ['up', 'operator'], kind: 'string', default: '.flashback', help: 'directory of the ledger and, of up, of delivered keys, statuses and the log' },
  'ledger-url': {
    commands: ['up', 'operator'],
    kind: 'string',
    help: 'where use, violations and changes are kept: a path, sqlite:///PATH, postgres://USER:PASSWORD@HOST/DATABASE, or none; ledger.sqlite in --state-dir when absent',
  },
  'ledger-retention': {
    commands: ['up', 'operator'],
    kind: 'list',
    help: 'days that the ledger keeps what, comma-separated: minutes=35, hours=400, details=400 (users and conversations), records=400',
  },
  port: { commands: ['up', 'gateway', 'demo'], kind: 'port', default: '8080', help: 'port that applications call' },
  host: { commands: ['up', 'gateway', 'demo'], kind: 'string', help: 'address to listen on (gateway: all, the others: 127.0.0.1)' },
  'metrics-port': { commands: ALL, kind: 'port', default: '9090', help: 'port of /metrics, /livez and /readyz' },
  'log-level': { commands: ALL, kind: 'level', default: 'info', help: 'trace, debug, info, warn, error or silent' },
  'allow-loopback-endpoints': { commands: ['operator', 'gateway'], kind: 'switch', help: 'let AILLMConfigs name loopback addresses; for development' },
  'pod-identity-namespaces': {
    commands: ALL,
    kind: 'namespaces',
    help: 'namespaces whose AILLMConfigs may use the cloud identity of the pods, comma-separated; * for all; none when absent',
  },
  'default-judge-llm': {
    commands: ['up', 'operator'],
    kind: 'string',
    help: 'NAMESPACE/NAME of the AILLMConfig whose model judges for policies without spec.judge',
  },
  'default-judge-model': { commands: ['up', 'operator'], kind: 'string', help: 'name of that model, as the provider knows it' },
  // The least: one body of the largest size, twice while it is put together.
  'body-budget': { commands: ['up', 'gateway'], kind: 'mebibytes', default: '512', minimum: 64, help: 'MiB that the bodies of all requests under way, and answers held back by policies, may take together' },
  'shutdown-grace': { commands: ['up', 'gateway'], kind: 'duration', default: '300s', help: 'how long requests under way may go on after SIGTERM' },
  'shutdown-delay': { commands: ['gateway'], kind: 'duration', default: '5s', help: 'how long to go on accepting after SIGTERM, until load balancers have noticed' },
  'ledger-dir': { commands: ['gateway'], kind: 'string', help: 'directory where what the ledger is to know waits for the operator; in memory only when absent' },
  'ledger-spool-limit': { commands: ['up', 'gateway'], kind: 'mebibytes', default: '64', minimum: 0, help: 'MiB that what the ledger is to know may take while it waits; beyond it minutes are merged, and the oldest is dropped last; 0: nothing is kept' },
  'push-port': { commands: ['gateway'], kind: 'port', default: '8443', help: 'port that receives snapshots' },
  'tls-dir': { commands: ['gateway'], kind: 'string', default: '/etc/flashback/tls', help: 'directory with ca.crt, tls.crt, tls.key and snapshot.key' },
  'snapshot-dir': { commands: ['gateway'], kind: 'string', default: '/etc/flashback/snapshot', help: 'directory where the sealed boot snapshot is mounted' },
  kubeconfig: { commands: ['operator'], kind: 'string', help: 'kubeconfig file; without it the service account of the pod is used' },
  namespace: { commands: ['operator'], kind: 'string', default: 'flashback-system', help: 'namespace of the release: lease, push certificates, boot snapshot' },
  'watch-namespaces': { commands: ['operator'], kind: 'list', help: 'namespaces to watch, comma-separated; all when absent' },
  'secrets-by-name': { commands: ['operator'], kind: 'switch', help: 'watch each Secret that objects refer to by itself, for access rules that name Secrets one by one' },
  gateway: { commands: ['operator'], kind: 'list', help: 'HOST:PORT of a gateway push port outside the cluster; repeatable' },
  'gateway-service': { commands: ['operator'], kind: 'string', default: 'flashback-gateway-push', help: 'headless Service whose EndpointSlices name the gateways' },
  'public-base-url': { commands: ['operator'], kind: 'string', default: 'http://flashback-gateway.flashback-system.svc:8080/v1', help: 'base URL that is delivered to applications' },
  'gateway-url': { commands: ['operator'], kind: 'string', help: 'base URL of the gateways for the operator itself, which sends prompts of conversations there; that of applications when absent' },
  'alerts-config': { commands: ['operator'], kind: 'string', help: 'file that says who is told of alerts; see docs/alerts.md' },
  'conversation-keys': {
    commands: ['operator'],
    kind: 'string',
    help: 'file with keys that conversations of the Platform API are sealed with, a line ID:KEY each; no conversations when absent',
  },
  'platform-api-port': { commands: ['up', 'operator'], kind: 'port', default: '0', help: 'port of the Platform API; 0: there is none' },
  'platform-api-tls-dir': { commands: ['operator'], kind: 'string', help: 'directory with tls.crt and tls.key of the Platform API; plain HTTP when absent, unless the operator makes a certificate' },
  'platform-api-own-tls': {
    commands: ['operator'],
    kind: 'switch',
    help: 'serve the Platform API by HTTPS with a certificate that the operator makes; needs --platform-api-service',
  },
  'platform-api-audiences': { commands: ['operator'], kind: 'list', help: 'audiences that tokens have to be for, comma-separated; those of the API server when absent' },
  'platform-api-service': { commands: ['operator'], kind: 'string', help: 'Service without a selector that is led to the operator that leads' },
  'pod-ip': { commands: ['operator'], kind: 'string', help: 'address of this pod, which that Service leads to' },
  'lease-duration': { commands: ['operator'], kind: 'duration', default: '15s', help: 'how long a silent leader is respected' },
  'lease-renew-deadline': { commands: ['operator'], kind: 'duration', default: '10s', help: 'how long a leader tries to renew before it exits' },
  'lease-retry-period': { commands: ['operator'], kind: 'duration', default: '2s', help: 'pause between attempts on the lease' },
} as const satisfies Record<string, Setting>;

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'];
const SWITCH_WORDS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
  ['', false],
]);

/** A DNS label. */
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

const MEBIBYTE = 1024 * 1024;

/** What the kubelet puts into a pod for each Service around it: one called `flashback` sets FLASHBACK_PORT. */
const SERVICE_LINK = /^(tcp|udp|sctp):\/\//;

type Name = keyof typeof SETTINGS;
type ValueOf<S extends Setting> = S['kind'] extends 'port' | 'duration' | 'mebibytes'
  ? number
  : S['kind'] extends 'switch'
    ? boolean
    : S['kind'] extends 'list' | 'namespaces'
      ? string[]
      : S extends { default: string }
        ? string
        : string | undefined;
export type Settings = { readonly [N in Name]: ValueOf<(typeof SETTINGS)[N]> };

/** A mistake on the command line or in the environment, in one sentence for the person who made it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** Environment variable of a setting. */
export function environmentName(name: string): string {
  return `FLASHBACK_${name.toUpperCase().replaceAll('-', '_')}`;
}

function fromEnvironment(name: string, { kind }: Setting, env: Record<string, string | undefined>): string | undefined {
  const value = env[environmentName(name)];
  return kind === 'port' && value !== undefined && SERVICE_LINK.test(value) ? undefined : value;
}

function itemsOf(given: string | string[] | boolean | undefined): string[] {
  const items = given === undefined ? [] : Array.isArray(given) ? given : [String(given)];
  return items.flatMap((item) => item.split(',')).filter((item) => item.trim() !== '');
}

/** A name that can be none would match nothing, in silence. */
function namespacesOf(name: string, items: string[]): string[] {
  const wrong = items.find((item) => item !== '*' && !NAMESPACE.test(item));
  if (wrong === undefined) return items;
  throw new SettingsError(`--${name} must be names of namespaces with commas between, or * for all; "${wrong}" is neither`);
}

function convert(name: string, setting: Setting, given: string | string[] | boolean | undefined): unknown {
  if (setting.kind === 'switch') {
    const on = SWITCH_WORDS.get(String(given ?? false));
    if (on === undefined) throw new SettingsError(`--${name} must be true or false, not "${String(given)}"`);
    return on;
  }
  if (setting.kind === 'list') return itemsOf(given);
  if (setting.kind === 'namespaces') return namespacesOf(name, itemsOf(given).map((item) => item.trim()));
  const text = given === undefined ? setting.default : String(given);
  if (text === undefined) return undefined;
  if (setting.kind === 'port') {
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new SettingsError(`--${name} must be a port from 0 to 65535, not "${text}"`);
    return Number(text);
  }
  if (setting.kind === 'level' && !LOG_LEVELS.includes(text)) {
    throw new SettingsError(`--${name} must be one of ${LOG_LEVELS.join(', ')}, not "${text}"`);
  }
  if (setting.kind === 'mebibytes') {
    const { minimum = 1 } = setting;
    if (!/^\d{1,7}$/.test(text) || Number(text) < minimum) {
      throw new SettingsError(`--${name} must be a whole number of MiB from ${minimum} to 9999999, without a unit, not "${text}"`);
    }
    return Number(text) * MEBIBYTE;
  }
  if (setting.kind === 'duration') {
    try {
      return parseDuration(text);
    } catch (error) {
      throw new SettingsError(`--${name}: ${error instanceof Error ? error.message : 'not a duration'}`);
    }
  }
  return text;
}

function wordTooMany(word: string, command: Command): SettingsError {
  const advice = SETTINGS.file.commands.some((name) => name === command) ? `Did you mean -f ${word}?` : `See flashback ${command} --help.`;
  return new SettingsError(`"${word}" follows no flag. ${advice}`);
}

/** Settings of a command from its arguments, then the environment, then the defaults. Throws SettingsError. */
export function parseSettings(command: Command, args: readonly string[], env: Record<string, string | undefined>): Settings {
  const known = Object.entries(SETTINGS as Record<string, Setting>);
  const own = known.filter(([, { commands }]) => commands.includes(command));
  const options = Object.fromEntries(
    own.map(([name, { kind }]) => [
      name,
      {
        type: kind === 'switch' ? ('boolean' as const) : ('string' as const),
        multiple: kind === 'list' || kind === 'namespaces',
        ...(name === 'file' ? { short: 'f' } : {}),
      },
    ]),
  );
  let values: Record<string, string | boolean | (string | boolean)[] | undefined>;
  try {
    ({ values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false }));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') {
      const [word = ''] = parseArgs({ args: [...args], options, strict: false, allowPositionals: true }).positionals;
      throw wordTooMany(word, command);
    }
    throw new SettingsError(`${error instanceof Error ? error.message : String(error)}. See flashback ${command} --help.`);
  }
  const settings = known.map(([name, setting]) => {
    const given = values[name] ?? (setting.commands.includes(command) ? fromEnvironment(name, setting, env) : undefined);
    return [name, convert(name, setting, given as string | string[] | boolean | undefined)];
  });
  return Object.freeze(Object.fromEntries(settings) as Settings);
}

/** The text of `flashback COMMAND --help`. */
export function helpText(command: Command): string {
  const lines = Object.entries(SETTINGS as Record<string, Setting>)
    .filter(([, { commands }]) => commands.includes(command))
    .map(([name, { help, default: value }]) => {
      const flag = name === 'file' ? '-f, --file' : `--${name}`;
      return `  ${flag.padEnd(28)}${help}${value === undefined ? '' : ` (default ${value})`}`;
    });
  return `Usage: flashback ${command} [options]\n\nOptions (environment: FLASHBACK_ and the name, as in ${environmentName('log-level')}):\n${lines.join('\n')}\n`;
}
