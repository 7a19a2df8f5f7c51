// The operator's own list of who is told of alerts: one YAML or JSON file, secrets by reference to files. Checked as a whole at the start.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { load } from 'js-yaml';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { parseDuration } from '../api/duration.ts';
import { refuseEndpoint, type AddressPolicy } from '../providers/addresses.ts';

export const RECEIVER_TYPES = ['webhook', 'slack', 'alertmanager'] as const;
export type ReceiverType = (typeof RECEIVER_TYPES)[number];
export type AlertAction = 'Alert' | 'Block';

export interface Receiver {
  name: string;
  type: ReceiverType;
  /** Of Slack and its like it is a secret, so it is never shown. */
  url: URL;
  /** Of webhooks: key of the signature. */
  signingKey?: Buffer;
  bearerToken?: string;
  /** Milliseconds that one attempt may take. */
  timeout: number;
  actions: readonly AlertAction[];
}

export interface AlertsConfig {
  /** Milliseconds in which a policy is told of once. */
  window: number;
  receivers: Receiver[];
}

/** What is wrong with the file, in one sentence that names the field; never a value, since that may be a secret. */
export class AlertsConfigError extends RangeError {
  override readonly name = 'AlertsConfigError';
}

interface WrittenReceiver {
  name: string;
  type: ReceiverType;
  url?: string;
  urlFile?: string;
  signingKeyFile?: string;
  bearerTokenFile?: string;
  timeout?: string;
  actions?: AlertAction[];
}
interface Written {
  window?: string;
  receivers: WrittenReceiver[];
}

const TEXT = { type: 'string', minLength: 1, maxLength: 2048 } as const;
const SCHEMA = {
  type: 'object',
  required: ['receivers'],
  additionalProperties: false,
  properties: {
    window: TEXT,
    receivers: {
      type: 'array',
      minItems: 1,
      maxItems: 20,
      items: {
        type: 'object',
        required: ['name', 'type'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,62}$' },
          type: { type: 'string', enum: RECEIVER_TYPES },
          url: TEXT,
          urlFile: TEXT,
          signingKeyFile: TEXT,
          bearerTokenFile: TEXT,
          timeout: TEXT,
          actions: { type: 'array', minItems: 1, items: { type: 'string', enum: ['Alert', 'Block'] } },
        },
      },
    },
  },
} as const;

const DEFAULT_WINDOW = '5m';
const DEFAULT_TIMEOUT = '10s';
const MAX_TIMEOUT_MS = 60_000;
const MAX_WINDOW_MS = 86_400_000;
/** Of Standard Webhooks: what follows is base64. */
const KEY_PREFIX = 'whsec_';
const MIN_KEY_BYTES = 16;

/** `/receivers/0/url` -> `receivers[0].url`. */
function fieldOf(pointer: string): string {
  return pointer
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
}

function describe({ instancePath, keyword, params, message }: ErrorObject): string {
  const field = fieldOf(instancePath);
  const within = (name: string): string => (field === '' ? name : `${field}.${name}`);
  if (keyword === 'required') return `${within(String(params['missingProperty']))} is required`;
  if (keyword === 'additionalProperties') {
    const known = Object.keys(field === '' ? SCHEMA.properties : SCHEMA.properties.receivers.items.properties);
    return `${within(String(params['additionalProperty']))} is not known; there are ${known.join(', ')}`;
  }
  if (keyword === 'enum') return `${field} must be one of ${(params['allowedValues'] as string[]).join(', ')}`;
  if (keyword === 'pattern') return `${field} must have lower-case letters, digits and hyphens only, at most 63`;
  return `${field === '' ? 'the file' : field} ${message ?? 'is not valid'}`;
}

const validate = new Ajv2020({ strict: true, allErrors: false }).compile<Written>(SCHEMA);

function parse(text: string): Written {
  let found: unknown;
  try {
    found = load(text);
  } catch {
    throw new AlertsConfigError('it is neither YAML nor JSON');
  }
  if (validate(found)) return found;
  const [first] = validate.errors ?? [];
  throw new AlertsConfigError(first === undefined ? 'it is not valid' : describe(first));
}

function duration(field: string, text: string, most: number): number {
  let value: number;
  try {
    value = parseDuration(text);
  } catch {
    throw new AlertsConfigError(`${field} must be a duration such as 30s or 5m`);
  }
  if (value <= 0 || value > most) throw new AlertsConfigError(`${field} must be more than nothing and at most ${most / 1000}s`);
  return value;
}

export interface ConfigSource {
  /** The text of the file. */
  text: string;
  /** Content of a file that the text names. */
  readFile(path: string): string;
  addresses: AddressPolicy;
}

function secret(field: string, path: string | undefined, readFile: ConfigSource['readFile']): string | undefined {
  if (path === undefined) return undefined;
  let content: string;
  try {
    content = readFile(path).trim();
  } catch {
    throw new AlertsConfigError(`${field}: the file ${path} cannot be read`);
  }
  if (content === '') throw new AlertsConfigError(`${field}: the file ${path} is empty`);
  return content;
}

function urlOf(field: string, { url, urlFile, type }: WrittenReceiver, { readFile, addresses }: ConfigSource): URL {
  if ((url === undefined) === (urlFile === undefined)) throw new AlertsConfigError(`${field} must have either url or urlFile`);
  const text = url ?? secret(`${field}.urlFile`, urlFile, readFile) ?? '';
  const where = `${field}.${url === undefined ? 'urlFile' : 'url'}`;
  if (!URL.canParse(text)) throw new AlertsConfigError(`${where} must be a URL such as https://alerts.example/hook`);
  const parsed = new URL(text);
  if (parsed.username !== '' || parsed.hash !== '') throw new AlertsConfigError(`${where} must have no user and no fragment`);
  const refused = refuseEndpoint(`${parsed.origin}${parsed.pathname}`, addresses);
  // The reason names the host or the protocol, and nothing of the path.
  if (refused !== undefined) throw new AlertsConfigError(`${where}: ${refused}`);
  if (type === 'alertmanager' && !parsed.pathname.endsWith('/api/v2/alerts')) {
    parsed.pathname = `${parsed.pathname.replace(/\/+$/, '')}/api/v2/alerts`;
  }
  return parsed;
}

function signingKeyOf(field: string, content: string | undefined): Buffer | undefined {
  if (content === undefined) return undefined;
  const key = content.startsWith(KEY_PREFIX) ? Buffer.from(content.slice(KEY_PREFIX.length), 'base64') : Buffer.from(content);
  if (key.length < MIN_KEY_BYTES)
    throw new AlertsConfigError(`${field} must hold at least ${MIN_KEY_BYTES} bytes; openssl rand -base64 32 makes some`);
  return key;
}

function receiverOf(written: WrittenReceiver, index: number, source: ConfigSource): Receiver {
  const field = `receivers[${index}]`;
  const { name, type, signingKeyFile, bearerTokenFile, timeout = DEFAULT_TIMEOUT, actions = ['Alert', 'Block'] } = written;
  if (signingKeyFile !== undefined && type !== 'webhook')
    throw new AlertsConfigError(`${field}.signingKeyFile is for receivers of type webhook`);
  if (bearerTokenFile !== undefined && type === 'slack')
    throw new AlertsConfigError(`${field}.bearerTokenFile is not for receivers of type slack, whose URL is the secret`);
  const url = urlOf(field, written, source);
  const signingKey = signingKeyOf(`${field}.signingKeyFile`, secret(`${field}.signingKeyFile`, signingKeyFile, source.readFile));
  const bearerToken = secret(`${field}.bearerTokenFile`, bearerTokenFile, source.readFile);
  return {
    name,
    type,
    url,
    ...(signingKey === undefined ? {} : { signingKey }),
    ...(bearerToken === undefined ? {} : { bearerToken }),
    timeout: duration(`${field}.timeout`, timeout, MAX_TIMEOUT_MS),
    actions,
  };
}

/** @throws AlertsConfigError */
export function parseAlertsConfig(source: ConfigSource): AlertsConfig {
  const { window = DEFAULT_WINDOW, receivers } = parse(source.text);
  const names = receivers.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new AlertsConfigError(`receivers: the name ${twice} is there twice`);
  return { window: duration('window', window, MAX_WINDOW_MS), receivers: receivers.map((one, index) => receiverOf(one, index, source)) };
}

/** Reads the file and those that it names, relative ones beside it. @throws AlertsConfigError that begins with the path. */
export function readAlertsConfig(path: string, addresses: AddressPolicy): AlertsConfig {
  try {
    const text = secret('--alerts-config', path, (file) => readFileSync(file, 'utf8')) ?? '';
    return parseAlertsConfig({ text, readFile: (file) => readFileSync(resolve(dirname(path), file), 'utf8'), addresses });
  } catch (error) {
    if (error instanceof AlertsConfigError) throw new AlertsConfigError(`--alerts-config ${path}: ${error.message}`);
    throw error;
  }
}
