// `flashback explain --key-file`: what a key opens, and what would become of a request with it. Reads, and leaves the judgement to doctor/.
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { isOwnReference, keyOf, type Kind, type ObjectKey, type ResourceByKind } from './api/resources.ts';
import { formFault, keyIn } from './doctor/key-input.ts';
import { keyReport } from './doctor/key-report.ts';
import { claimedRepositories, traceKey, type KeySecret, type Trace } from './doctor/key-trace.ts';
import { judgeRequest, type KeyVerdict } from './doctor/key-verdict.ts';
import type { Read } from './explain-files.ts';
import { SettingsError } from './settings.ts';

/** Exit codes of `explain --key-file`. 2 is that of wrong usage, too. */
export const EXIT = { served: 0, denied: 1, uncertain: 2 } as const;
/** A key file is small; nobody means to give more. */
const MAX_INPUT = 64 * 1024;

/** Where objects and key Secrets are read. */
export interface KeySource {
  /** Undefined: there is none. Throws where it may not be read. */
  get: Read;
  keySecrets(): Promise<KeySecret[]>;
}

export interface KeyQuestion {
  key: string;
  model: string | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

/** The key in a file, or on standard input for `-`. Throws SettingsError. */
export async function readKey(path: string, stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  let input: string;
  try {
    input = path === '-' ? await text(stdin as Parameters<typeof text>[0]) : await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new SettingsError(`--key-file: the file cannot be read (${code}). It holds the key; a key must never be an argument.`);
  }
  const key = input.length > MAX_INPUT ? undefined : keyIn(input);
  if (key === undefined) throw new SettingsError('--key-file: there is no key in it. The file, or standard input for -, holds one key.');
  return key;
}

async function allOf<K extends Kind>(
  get: Read,
  kind: K,
  keys: readonly ObjectKey[],
  label: (key: ObjectKey) => string,
): Promise<Map<string, ResourceByKind[K]>> {
  const found = new Map<string, ResourceByKind[K]>();
  for (const key of keys) {
    const object = await get(kind, key);
    if (object !== undefined) found.set(label(key), object);
  }
  return found;
}

async function trace({ key, now }: KeyQuestion, { get, keySecrets }: KeySource): Promise<Trace> {
  const secrets = await keySecrets();
  const names = claimedRepositories(key, secrets).filter(({ name }) => name !== '');
  return traceKey(key, secrets, await allOf(get, 'Repository', names, keyOf), now);
}

/** Report and verdict. `about` tells of the repository that the key belongs to. */
export async function explainKey(
  question: KeyQuestion,
  source: KeySource,
  about: (repository: ObjectKey) => Promise<string>,
): Promise<{ report: string; verdict: KeyVerdict }> {
  // What has not the form of a key is looked for nowhere.
  const found: Trace = formFault(question.key) === undefined ? await trace(question, source) : { state: 'unknown', doubts: [] };
  const attached = found.state === 'found' ? found.found.repository : undefined;
  const { namespace = '' } = attached?.metadata ?? {};
  // What another namespace lends is none that whoever asks may look at.
  const own = (attached?.spec.llms ?? []).filter((llm) => isOwnReference(namespace, llm));
  const names = own.map(({ name }) => ({ namespace, name }));
  const llms = await allOf(source.get, 'AILLMConfig', names, ({ name }) => name);
  const facts = { ...question, trace: found, llms };
  const verdict = judgeRequest(facts);
  const rest = attached === undefined ? '' : `\n${await about(attached.metadata)}`;
  return { report: keyReport(facts, verdict) + rest, verdict };
}
