// The table of manifests that the CRDs must accept or refuse: <kind>/{valid,invalid}/*.yaml.
// An invalid file begins with `# error: <part of the message>`. With several documents, each replaces the one before it,
// and only the last one must be refused.
import { globSync, readFileSync } from 'node:fs';

export interface CrdCase {
  /** Path below test/crds, for example `repository/invalid/llms-empty.yaml`. */
  name: string;
  /** Source of each document. */
  documents: string[];
  /** Part of the message that the last document must be refused with; undefined: it must be accepted. */
  error: string | undefined;
}

/** All cases, sorted by name. */
export function crdCases(): CrdCase[] {
  const directory = new URL('.', import.meta.url);
  return globSync('*/{valid,invalid}/*.yaml', { cwd: directory.pathname })
    .filter((name) => !name.startsWith('gitops/'))
    .toSorted()
    .map((name) => {
      const source = readFileSync(new URL(name, directory), 'utf8');
      const error = /^# error: (.+)$/m.exec(source)?.[1];
      if ((error === undefined) !== name.includes('/valid/')) throw new Error(`${name}: only invalid files begin with "# error:"`);
      return { name, documents: source.split(/^---$/m), error };
    });
}

/**
 * Sources of the sample manifests, with every ${VARIABLE} replaced by a dummy, by path below config/samples. Without those for deployment tools, which
 * are of kinds that no bare API server knows.
 */
export function samples(): { name: string; source: string }[] {
  const directory = new URL('../../config/samples/', import.meta.url);
  return globSync('**/*.yaml', { cwd: directory.pathname })
    .filter((name) => !name.startsWith('gitops/'))
    .toSorted()
    .map((name) => ({ name, source: readFileSync(new URL(name, directory), 'utf8').replace(/\$\{\w+\}/g, 'dummy-value') }));
}
