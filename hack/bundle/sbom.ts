// The bill of materials, CycloneDX 1.6: what is in the bundle, not what was needed to make it. Without a time and a serial number,
// so that equal bundles have equal ones.
import type { BundledPackage } from './packages.ts';

interface Component {
  type: 'library' | 'application';
  'bom-ref': string;
  name: string;
  version: string;
  purl: string;
  licenses?: ({ expression: string } | { license: { id: string } })[];
  hashes?: { alg: string; content: string }[];
}

/** Package URL; an `@` of a scope is escaped. */
function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

function licensesOf(license: string): Pick<Component, 'licenses'> {
  if (license === 'NOASSERTION') return {};
  return { licenses: [/[ ()]/.test(license) ? { expression: license } : { license: { id: license } }] };
}

/** The package that `name` means for a package at `path`: the nearest one, as Node looks it up. */
function resolve(path: string, name: string, known: ReadonlyMap<string, string>): string | undefined {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('/node_modules/'))) {
    const found = known.get(`${at}/node_modules/${name}`);
    if (found !== undefined) return found;
    if (!at.includes('/node_modules/')) return known.get(`node_modules/${name}`);
  }
}

export function sbom(app: { name: string; version: string; dependencies: readonly string[] }, packages: readonly BundledPackage[]): string {
  const refs = new Map(packages.map(({ path, name, version }) => [path, purl(name, version)]));
  const components = new Map<string, Component>();
  const dependencies = new Map<string, Set<string>>();
  for (const { path, name, version, license, integrity, dependencies: asked } of packages) {
    const ref = purl(name, version);
    const [algorithm = '', digest = ''] = integrity.split('-');
    const hashes = [{ alg: algorithm.toUpperCase().replace('SHA', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') }];
    components.set(ref, { type: 'library', 'bom-ref': ref, name, version, purl: ref, ...licensesOf(license), hashes });
    const needs = asked.flatMap((other) => resolve(path, other, refs) ?? []);
    dependencies.set(ref, new Set([...(dependencies.get(ref) ?? []), ...needs]));
  }
  const self = purl(app.name, app.version);
  const root: Component = { type: 'application', 'bom-ref': self, name: app.name, version: app.version, purl: self };
  dependencies.set(self, new Set(app.dependencies.flatMap((name) => refs.get(`node_modules/${name}`) ?? [])));
  const byRef = [...components.values()].toSorted((a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1));
  const graph = [...dependencies].map(([ref, on]) => ({ ref, dependsOn: [...on].toSorted() })).toSorted((a, b) => (a.ref < b.ref ? -1 : 1));
  const head = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata: { component: root } };
  const bom = { ...head, components: byRef, dependencies: graph };
  return `${JSON.stringify(bom, undefined, 1)}\n`;
}
