// The packages whose code is in a bundle, as package-lock.json knows them.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface BundledPackage {
  /** Where it is installed: `node_modules/a/node_modules/b`. */
  path: string;
  name: string;
  version: string;
  /** SPDX expression, as its author wrote it. */
  license: string;
  /** Subresource integrity of its archive. */
  integrity: string;
  /** Names of the packages that it asks for. */
  dependencies: string[];
}

interface LockEntry {
  version: string;
  license?: string;
  integrity?: string;
  dependencies?: Record<string, string>;
}

const LAST_PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;

/** Packages of the inputs of a build, by path; throws where package-lock.json does not know one. */
export function bundledPackages(inputs: Iterable<string>, root: string): BundledPackage[] {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, LockEntry> };
  const paths = new Set([...inputs].flatMap((input) => LAST_PACKAGE.exec(input)?.[1] ?? []));
  return [...paths].toSorted().map((path) => {
    const entry = packages[path];
    if (entry?.integrity === undefined) throw new Error(`package-lock.json says nothing of ${path}: run npm ci`);
    return {
      path,
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: entry.version,
      license: entry.license ?? 'NOASSERTION',
      integrity: entry.integrity,
      dependencies: Object.keys(entry.dependencies ?? {}),
    };
  });
}

/** Notices of all packages: licences ask to be passed on with the code. Equal texts stand once. */
export function notices(packages: readonly BundledPackage[], root: string): string {
  const byText = new Map<string, { text: string; names: string[] }>();
  for (const { path, name, version, license } of packages) {
    const files = readdirSync(join(root, path)).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file)).toSorted();
    const text = files.map((file) => readFileSync(join(root, path, file), 'utf8').replaceAll('\r\n', '\n').trim()).join('\n\n');
    const told = text === '' ? `The package carries no text of its licence, ${license}.` : text;
    const key = createHash('sha256').update(told).digest('hex');
    const entry = byText.get(key) ?? { text: told, names: [] };
    entry.names.push(`${name} ${version} (${license})`);
    byText.set(key, entry);
  }
  const sections = [...byText.values()].map(({ names, text }) => `${names.join('\n')}\n\n${text}\n`);
  return `What flashback-ai-gateway is bundled with.\n\n${sections.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
