// The arrows of docs/architecture.md, read from the import lines.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const FILES = globSync('src/**/*.ts').map((file) => file.replaceAll('\\', '/')).toSorted();
/** The files that may import from everywhere: one per process, and what they are put together from. */
const MAINS = /^src\/(?:operator|gateway|up|cli|leadership|ledger-keeper|demo-command|explain-command|explain-files|explain-key|doctor-command|doctor-reading|cluster-reading|policy-command|policy-manifests|policy-judges|up-gateway|up-ledger|process|platform-services|operator-platform|up-platform)\.ts$/;

/** Where the environment comes in; up.ts hands it on for the variables of manifests. */
const READS_ENVIRONMENT = /^src\/(?:cli|settings|up)\.ts$/;

/**
 * Folder (or root file) -> folders and root files it may import, itself apart. `type:` allows type-only imports, a path that
 * one file: src/reconcile/store.ts and src/platform/operation.ts are the ports which both kinds of store fill, src/reconcile/grants.ts says what a
 * grant means, src/push/names.ts holds what both ends agree on.
 */
const ALLOWED: Record<string, readonly string[]> = {
  api: [],
  errors: [],
  clock: [],
  connections: [],
  rate: ['clock'],
  settings: ['api'],
  telemetry: ['errors'],
  snapshot: ['api'],
  chat: [],
  dialects: ['chat'],
  providers: ['api', 'snapshot', 'errors', 'chat', 'dialects'],
  push: ['api', 'snapshot', 'telemetry', 'clock', 'errors', 'type:reconcile', 'type:ledger'],
  policy: ['snapshot', 'chat', 'clock'],
  surfaces: ['snapshot', 'chat', 'dialects'],
  gateway: ['api', 'snapshot', 'policy', 'providers', 'chat', 'surfaces', 'telemetry', 'errors', 'clock', 'connections', 'src/push/names.ts', 'type:push', 'type:ledger'],
  reconcile: ['api', 'snapshot', 'policy', 'providers', 'telemetry', 'clock', 'errors'],
  kubernetes: ['api', 'telemetry', 'clock', 'rate', 'errors', 'src/reconcile/store.ts', 'src/reconcile/grants.ts', 'src/platform/operation.ts', 'type:platform', 'type:push'],
  standalone: ['api', 'snapshot', 'telemetry', 'clock', 'errors', 'src/reconcile/store.ts', 'src/reconcile/grants.ts', 'src/platform/operation.ts', 'type:platform', 'type:push'],
  ledger: ['api', 'snapshot', 'telemetry', 'clock', 'errors'],
  platform: ['api', 'snapshot', 'ledger', 'policy', 'telemetry', 'clock', 'connections', 'rate', 'errors', 'src/reconcile/store.ts'],
  alerts: ['api', 'ledger', 'telemetry', 'clock', 'src/providers/addresses.ts'],
  doctor: ['api', 'errors', 'snapshot', 'reconcile', 'src/standalone/printable.ts'],
  demo: [],
};

interface Import {
  from: string;
  /** Path in src, or the name of a package. */
  to: string;
  typeOnly: boolean;
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s)?[^;'"]*?from\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm);
  return [...statements].map(([, type, named, bare, dynamic]) => {
    const target = named ?? bare ?? dynamic ?? '';
    const to = target.startsWith('.') ? relative('.', join(dirname(file), target)).replaceAll('\\', '/') : target;
    return { from: file, to, typeOnly: type !== undefined };
  });
}

const IMPORTS = FILES.flatMap(importsOf);
/** `src/gateway/proxy.ts` -> gateway, `src/errors.ts` -> errors. */
const partOf = (file: string): string => /^src\/([^/.]+)/.exec(file)?.[1] ?? '';
const isMain = (file: string): boolean => MAINS.test(file);

it('the imports are found', () => {
  expect(IMPORTS.length).toBeGreaterThan(100);
  for (const { from, to } of IMPORTS) if (to.startsWith('src/')) expect(existsSync(to), `${from} imports ${to}`).toBe(true);
});

it('every part of src has its rule', () => {
  const parts = new Set(FILES.filter((file) => !isMain(file)).map(partOf));
  expect([...parts].filter((part) => !(part in ALLOWED))).toEqual([]);
});

describe.each(Object.entries(ALLOWED))('%s', (part, allowed) => {
  it(`imports nothing but ${allowed.join(', ') || 'itself'}`, () => {
    const wrong = IMPORTS.filter(({ from, to, typeOnly }) => {
      if (isMain(from) || partOf(from) !== part || !to.startsWith('src/') || partOf(to) === part) return false;
      return isMain(to) || !(allowed.includes(partOf(to)) || allowed.includes(to) || (typeOnly && allowed.includes(`type:${partOf(to)}`)));
    });
    expect(wrong.map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });
});

/** Everything that runs when `entry` does: type-only imports leave nothing behind. */
function closureOf(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const { to, typeOnly } of IMPORTS.filter(({ from }) => from === file)) {
      if (typeOnly) continue;
      if (to.startsWith('src/')) visit(to);
      else packages.add(to);
    }
  };
  visit(entry);
  return { files, packages };
}

describe.each(['src/gateway.ts', 'src/up.ts'].filter(existsSync))('%s', (entry) => {
  const { files, packages } = closureOf(entry);
  it('never reaches the client of Kubernetes', () => {
    expect([...packages].filter((name) => name.startsWith('@kubernetes/'))).toEqual([]);
    expect([...files].filter((file) => file.startsWith('src/kubernetes/'))).toEqual([]);
  });
});

it('the gateway process does not carry what decides about resources', () => {
  const reached = [...closureOf('src/gateway.ts').files].filter((file) => /^src\/(?:reconcile|standalone|demo)\//.test(file));
  expect(reached).toEqual([]);
});

it('only the folder kubernetes knows the client of Kubernetes', () => {
  const users = IMPORTS.filter(({ from, to }) => to.startsWith('@kubernetes/') && !from.startsWith('src/kubernetes/'));
  expect(users).toEqual([]);
});

describe.each(FILES)('%s', (file) => {
  const text = readFileSync(file, 'utf8');
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const generated = file.startsWith('src/api/generated/');

  it('has at most 300 lines', () => {
    expect(text.split('\n').length - 1).toBeLessThanOrEqual(300);
  });

  it('begins by saying what it is for', () => {
    expect(text.replace(/^#!.*\n/, '').split('\n')[0]).toMatch(generated ? /^\/[/*]/ : /^\/\/ \S/);
  });

  it('reads no environment', () => {
    expect(READS_ENVIRONMENT.test(file) ? [] : (code.match(/process\.(?:env|argv)\b|\benv\b.*from 'node:process'/g) ?? [])).toEqual([]);
  });

  it('takes no way around the types', () => {
    expect(text.match(/@ts-(?:ignore|expect-error|nocheck)/g) ?? []).toEqual([]);
    expect(code.match(/\bas any\b|:\s*any\b|<any\b|\bany\[\]|as unknown as/g) ?? []).toEqual([]);
  });

  it('exports by name and is named in kebab-case', () => {
    expect(code.match(/^export (?:default|\*)/gm) ?? []).toEqual([]);
    expect(file).toMatch(/^src\/(?:[a-z0-9-]+\/)*[a-z0-9-]+\.ts$/);
  });
});
