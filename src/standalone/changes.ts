// What changed between two looks at the manifests, in one line per file for the person who edits them. Pure.
import type { ManifestSet } from './manifest-set.ts';
import { describeObject, keyOfManifest, type ManifestProblem, type ParsedFile } from './manifests.ts';

/** Name of every object of a file -> its content, to compare. */
function contents(file: ParsedFile | undefined): Map<string, string> {
  const resources = (file?.resources ?? []).map(
    ({ object }) => [describeObject(object.kind, keyOfManifest(object)), JSON.stringify(object)] as const,
  );
  const secrets = (file?.secrets ?? []).map(({ object }) => [describeObject('Secret', object.key), JSON.stringify(object)] as const);
  const namespaces = (file?.namespaces ?? []).map(({ object }) => [`Namespace ${object.name}`, JSON.stringify(object)] as const);
  return new Map([...namespaces, ...resources, ...secrets]);
}

function differences(before: ParsedFile | undefined, after: ParsedFile | undefined): string[] {
  const [old, current] = [contents(before), contents(after)];
  return [
    ...[...current.keys()].filter((name) => !old.has(name)).map((name) => `${name} added`),
    ...[...current].filter(([name, content]) => old.has(name) && old.get(name) !== content).map(([name]) => `${name} changed`),
    ...[...old.keys()].filter((name) => !current.has(name)).map((name) => `${name} removed`),
  ];
}

function identity({ file, line, message }: ManifestProblem): string {
  return `${file}:${line}: ${message}`;
}

/** `config.yaml:12: spec.llms: Required value; the last good state stays in force`. */
export function describeProblem(problem: ManifestProblem, set: ManifestSet): string {
  const inForce = contents(set.files.get(problem.file)).size > 0;
  return `${identity(problem)}; ${inForce ? 'the last good state stays in force' : 'nothing of this file is in force'}`;
}

/** One line per new problem, new warning and changed file. Never holds a value of a Secret. */
export function describeChanges(before: ManifestSet, after: ManifestSet): string[] {
  const known = new Set([...before.problems, ...before.warnings].map(identity));
  const problems = after.problems.filter((problem) => !known.has(identity(problem))).map((problem) => describeProblem(problem, after));
  const warnings = after.warnings.filter((warning) => !known.has(identity(warning))).map(identity);
  const broken = new Set(after.problems.map(({ file }) => file));
  const wasBroken = new Set(before.problems.map(({ file }) => file));
  const changes = [...new Set([...before.files.keys(), ...after.files.keys()])].toSorted().flatMap((file) => {
    const changed = differences(before.files.get(file), after.files.get(file));
    if (changed.length > 0) return [`${file}: ${changed.join(', ')}`];
    return wasBroken.has(file) && !broken.has(file) ? [`${file}: in order again, nothing changed`] : [];
  });
  return [...problems, ...warnings, ...changes];
}
