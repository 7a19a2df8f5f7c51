// All files of a directory together: which objects are in force. Pure. A broken file changes nothing: what it said when
// it was last in order stays in force.
import type { ObjectKey } from '../api/resources.ts';
import {
  describeObject,
  keyOfManifest,
  parseManifests,
  type ManifestFile,
  type ManifestProblem,
  type ParsedFile,
  type ParseOptions,
} from './manifests.ts';
import type { GrantManifest, Manifest, ResourceManifest } from './schema.ts';
import type { ManifestSecret } from './secret-manifest.ts';

/** A file as it was found; one that could not be read is broken like one that cannot be parsed. */
export type SourceFile = ManifestFile | { path: string; failure: string };

export interface ManifestSet {
  /** Path -> what is in force of that file. */
  files: ReadonlyMap<string, ParsedFile>;
  /** Why files, as they are now, are not in force. */
  problems: readonly ManifestProblem[];
  warnings: readonly ManifestProblem[];
}

export const EMPTY_SET: ManifestSet = { files: new Map(), problems: [], warnings: [] };
const NOTHING: ParsedFile = { resources: [], secrets: [], namespaces: [], warnings: [] };

/** What identifies an object of either sort, with the line it starts in. */
function identities({ resources, secrets }: ParsedFile): { id: string; line: number }[] {
  return [
    ...resources.map(({ object, line }) => ({ id: describeObject(object.kind, keyOfManifest(object)), line })),
    ...secrets.map(({ object, line }) => ({ id: describeObject('Secret', object.key), line })),
  ];
}

type Files = ReadonlyMap<string, ParsedFile>;
type Owners = Map<string, { file: string; line: number }>;

/** Id -> the file that is entitled to the object: the one that had it before, or else the first. */
function ownersOf(files: Files, before: Files): Owners {
  const owners: Owners = new Map();
  const claim = (file: string, id: string, line: number): void => {
    if (!owners.has(id)) owners.set(id, { file, line });
  };
  for (const [file, parsed] of files) {
    const had = new Set(identities(before.get(file) ?? NOTHING).map(({ id }) => id));
    for (const { id, line } of identities(parsed)) if (had.has(id)) claim(file, id, line);
  }
  for (const [file, parsed] of files) for (const { id, line } of identities(parsed)) claim(file, id, line);
  return owners;
}

/** The first object that a file has no right to, file by file. */
function findConflict(files: Files, before: Files): ManifestProblem | undefined {
  const owners = ownersOf(files, before);
  for (const [file, parsed] of files) {
    for (const { id, line } of identities(parsed)) {
      const owner = owners.get(id);
      if (owner === undefined || owner.file === file) continue;
      return { file, line, message: `${id} is also in ${owner.file}:${owner.line}; keep one of the two` };
    }
  }
  return undefined;
}

/** The set after a look at the directory. `files` are all that are there now; those that are missing are gone. */
export function updateManifests(
  before: ManifestSet,
  files: readonly SourceFile[],
  options: Pick<ParseOptions, 'variables' | 'validate'>,
): ManifestSet {
  const inForce = new Map(manifestsOf(before).map((object) => [describeObject(object.kind, keyOfManifest(object)), object]));
  const previous = (kind: Manifest['kind'], key: ObjectKey): Manifest | undefined => inForce.get(describeObject(kind, key));
  const problems: ManifestProblem[] = [];
  const next = new Map<string, ParsedFile>();
  for (const file of files.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const result = 'failure' in file ? undefined : parseManifests(file, { ...options, previous });
    if ('failure' in file) problems.push({ file: file.path, line: 1, message: file.failure });
    if (result?.ok === false) problems.push(...result.problems);
    next.set(file.path, result?.ok === true ? result.parsed : (before.files.get(file.path) ?? NOTHING));
  }
  // Every turn sets one more file back to what it was, and what it was had no conflicts: this ends.
  for (let conflict = findConflict(next, before.files); conflict !== undefined; conflict = findConflict(next, before.files)) {
    problems.push(conflict);
    const last = before.files.get(conflict.file) ?? NOTHING;
    next.set(conflict.file, last === next.get(conflict.file) ? NOTHING : last);
  }
  return { files: next, problems, warnings: [...next.values()].flatMap(({ warnings }) => warnings) };
}

function manifestsOf({ files }: ManifestSet): Manifest[] {
  return [...files.values()].flatMap(({ resources }) => resources.map(({ object }) => object));
}

/** The resources in force. */
export function resourcesOf(set: ManifestSet): ResourceManifest[] {
  return manifestsOf(set).filter((object) => object.kind !== 'AIReferenceGrant');
}

/** The grants in force. */
export function grantsOf(set: ManifestSet): GrantManifest[] {
  return manifestsOf(set).filter((object) => object.kind === 'AIReferenceGrant');
}

/** The Secrets in force. */
export function secretsOf({ files }: ManifestSet): ManifestSecret[] {
  return [...files.values()].flatMap(({ secrets }) => secrets.map(({ object }) => object));
}

/** Labels of the Namespaces in force. One that stands in several places has the labels of all. */
export function namespacesOf({ files }: ManifestSet): Map<string, Record<string, string>> {
  const found = new Map<string, Record<string, string>>();
  for (const { namespaces } of files.values()) {
    for (const { object } of namespaces) found.set(object.name, { ...found.get(object.name), ...object.labels });
  }
  return found;
}
