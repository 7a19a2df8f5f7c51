// The same tables as test/standalone/schema.test.ts, against a real API server: both must agree, because `flashback up`
// promises what a cluster would say. One kubectl per step for all files, as a process per file would take minutes.
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ALL_KINDS } from '../../src/api/resources.ts';
import { crdCases, samples } from '../crds/table.ts';

declare module 'vitest' {
  // Provided by global-setup.ts.
  interface ProvidedContext {
    kubeconfig: string;
    kubectl: string;
  }
}

const namespace = `crd-table-${randomBytes(4).toString('hex')}`;
const fileOf = (name: string) => name.replaceAll('/', '__');
const cases = crdCases();
const steps: Record<string, string> = {};
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flashback-crds-'));
  expect(await kubectl('apply', '-f', new URL('../../crds', import.meta.url).pathname)).toBe('');
  for (const name of Object.values(ALL_KINDS)) await kubectl('wait', '--for=condition=Established', `crd/${name}.ai.flashback.tech`);
  await createNamespace(namespace);
  const single = cases.filter(({ documents }) => documents.length === 1);
  const updates = cases.filter(({ documents }) => documents.length > 1);
  await write('create', single.map(({ name, documents }) => [name, documents[0]!]));
  await write('before', updates.map(({ name, documents }) => [name, documents.slice(0, -1).join('---')]));
  await write('after', updates.map(({ name, documents }) => [name, documents.at(-1)!]));
  await write('samples', samples().map(({ name, source }) => [name, source]));
  for (const name of namespacesOf(samples().map(({ source }) => source))) await createNamespace(name);

  steps['create'] = await kubectl('apply', '--validate=strict', '--dry-run=server', '-n', namespace, '-f', join(directory, 'create'));
  steps['before'] = await kubectl('apply', '--validate=strict', '-n', namespace, '-f', join(directory, 'before'));
  steps['after'] = await kubectl('apply', '--validate=strict', '-n', namespace, '-f', join(directory, 'after'));
  steps['samples'] = await kubectl('apply', '--validate=strict', '--dry-run=server', '-f', join(directory, 'samples'));
});

afterAll(async () => {
  await kubectl('delete', Object.values(ALL_KINDS).join(','), '--all', '-n', namespace);
  await rm(directory, { recursive: true });
});

describe('the API server', () => {
  it('accepts what the update cases start from', () => {
    expect(steps['before']).toBe('');
  });

  it.each(cases)('$name', ({ name, documents, error }) => {
    const said = refusalOf(documents.length === 1 ? 'create' : 'after', name);
    if (error === undefined) expect(said).toBe('');
    else expect(said).toContain(error);
  });

  it('says nothing that belongs to no case', () => {
    const files = new Set(cases.map(({ name }) => fileOf(name)));
    for (const line of steps['create']!.split('\n').filter((text) => text !== '')) {
      expect(files).toContain(/\/([^/"]+\.yaml)"/.exec(line)?.[1]);
    }
  });

  it.each(samples())('accepts the sample $name', ({ name }) => {
    expect(refusalOf('samples', name)).toBe('');
  });

  it('explains every kind', async () => {
    for (const plural of Object.values(ALL_KINDS)) {
      const explained = await output('explain', '--recursive=false', `${plural}.ai.flashback.tech.spec`);
      expect(explained).toContain('FIELDS:');
      expect(explained).not.toContain('<no description>');
    }
  });

  it('lists all kinds of the category ai', async () => {
    expect(await output('get', 'ai', '-n', namespace, '-o', 'name')).toContain('aillmconfig.ai.flashback.tech/update-everything');
  });

  it('shows that nobody has looked at a new object yet', async () => {
    const path = 'jsonpath={.status.observedGeneration}';
    expect(await output('get', 'llm', 'update-everything', '-n', namespace, '-o', path)).toBe('-1');
  });
});

/** What kubectl said about one file; one line per refused document. */
function refusalOf(step: string, name: string): string {
  const lines = steps[step]!.split('\n').filter((line) => line.includes(`/${fileOf(name)}"`));
  return lines.join('\n');
}

async function write(step: string, files: (readonly [name: string, source: string])[]): Promise<void> {
  await mkdir(join(directory, step));
  for (const [name, source] of files) await writeFile(join(directory, step, fileOf(name)), source);
}

// Never deleted: without a controller manager a namespace would stay Terminating for good and refuse the next run.
async function createNamespace(name: string): Promise<void> {
  const said = await kubectl('create', 'namespace', name);
  if (!said.includes('AlreadyExists')) expect(said).toBe('');
}

function namespacesOf(sources: string[]): Set<string> {
  const manifests = sources.flatMap((source) => loadAll(source) as { metadata: { namespace?: string } }[]);
  return new Set(manifests.flatMap(({ metadata }) => metadata.namespace ?? []));
}

/** stderr of kubectl, less its warnings: the empty string means that everything was accepted. */
async function kubectl(...args: string[]): Promise<string> {
  const { stderr } = await run(args);
  return stderr.split(/(?<=\n)/).filter((line) => !line.startsWith('Warning: ')).join('');
}

async function output(...args: string[]): Promise<string> {
  const { stdout, stderr } = await run(args);
  expect(stderr).toBe('');
  return stdout;
}

function run(args: string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    execFile(inject('kubectl'), ['--kubeconfig', inject('kubeconfig'), ...args], { maxBuffer: 16 << 20 }, (error, stdout, stderr) => {
      // kubectl exits with 1 when the API server refuses something; that is an answer, not a failure.
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ stdout, stderr });
    });
  });
}
