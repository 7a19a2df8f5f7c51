// Reads the manifests that `flashback policy` is given: policies, and the connections and Secrets of their judges.
import { keyOf, type AILLMConfig, type AIPolicy } from './api/resources.ts';
import { SettingsError } from './settings.ts';
import { EMPTY_SET, updateManifests } from './standalone/manifest-set.ts';
import type { ManifestProblem } from './standalone/manifests.ts';
import { loadSchemas, validateResource, type Manifest } from './standalone/schema.ts';
import type { ManifestSecret } from './standalone/secret-manifest.ts';
import { MissingPathError, readSources } from './standalone/source-files.ts';

type ManifestOf<K extends Manifest['kind']> = Extract<Manifest, { kind: K }>;

export interface PolicyManifest {
  file: string;
  manifest: ManifestOf<'AIPolicy'>;
}

export interface Manifests {
  policies: PolicyManifest[];
  /** By `namespace/name`. */
  llms: ReadonlyMap<string, AILLMConfig>;
  secrets: ReadonlyMap<string, ManifestSecret>;
  /** Variables that Secrets ask for and that are not set. */
  unset: readonly string[];
}

const isKind = <K extends Manifest['kind']>(kind: K, manifest: Manifest): manifest is ManifestOf<K> => manifest.kind === kind;

/** A resource as a server would hold it: the first of its name. */
export function resourceOf(manifest: ManifestOf<'AIPolicy'>): AIPolicy;
export function resourceOf(manifest: ManifestOf<'AILLMConfig'>): AILLMConfig;
export function resourceOf(manifest: ManifestOf<'AIPolicy' | 'AILLMConfig'>): AIPolicy | AILLMConfig {
  const { metadata } = manifest;
  return { ...manifest, metadata: { uid: '', resourceVersion: '1', generation: 1, ...metadata } } as AIPolicy | AILLMConfig;
}

/** Stands for a variable that is not set: only whoever needs the Secret misses it. */
export const UNSET = '\uE002';

/** Variables by name; `unset` collects those that are asked for and not there. */
function variablesOf(env: Readonly<Record<string, string | undefined>>, unset: Set<string>): Record<string, string | undefined> {
  return new Proxy(env, {
    get: (_, name) => {
      const value = env[String(name)];
      if (value !== undefined && value !== '') return value;
      unset.add(String(name));
      return UNSET;
    },
  });
}

const lineOf = ({ file, line, message }: ManifestProblem): string => `${file}:${line}: ${message}`;

/** Throws SettingsError where a path is missing. */
export async function readManifests(
  files: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ manifests: Manifests; problems: string[]; warnings: string[] }> {
  const schemas = await loadSchemas(new URL('../crds/', import.meta.url));
  let sources: Awaited<ReturnType<typeof readSources>>;
  try {
    sources = await readSources(files);
  } catch (error) {
    if (error instanceof MissingPathError) throw new SettingsError(`-f: ${error.message}.`);
    throw error;
  }
  const unset = new Set<string>();
  const variables = variablesOf(env, unset);
  const set = updateManifests(EMPTY_SET, sources, {
    variables,
    validate: (object, previous) => validateResource(schemas, object, previous),
  });
  const found = [...set.files].flatMap(([file, { resources }]) => resources.map(({ object }) => ({ file, manifest: object })));
  const policies = found.flatMap(({ file, manifest }) => (isKind('AIPolicy', manifest) ? [{ file, manifest }] : []));
  const llms = found.flatMap(({ manifest }) => (isKind('AILLMConfig', manifest) ? [resourceOf(manifest)] : []));
  const secrets = [...set.files.values()].flatMap(({ secrets: inFile }) => inFile.map(({ object }) => object));
  return {
    manifests: {
      policies,
      llms: new Map(llms.map((llm) => [keyOf(llm.metadata), llm])),
      secrets: new Map(secrets.map((secret) => [keyOf(secret.key), secret])),
      unset: [...unset],
    },
    problems: set.problems.map(lineOf),
    warnings: set.warnings.map(lineOf),
  };
}
