// One Python with all SDKs for every suite. What keeps it from being there fails those suites, and no other project.
import type { TestProject } from 'vitest/node';
import { thisMachine } from '../cluster/harness/assets.ts';
import { preparePython, pythonVersion } from './python.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a python that has the SDKs, or why there is none. */
    python: { path: string } | { problem: string };
  }
}

export async function setup(project: TestProject): Promise<void> {
  const found = await preparePython(thisMachine(), pythonVersion() ?? '').then(
    (path) => ({ path }),
    (error: Error) => ({ problem: error.message }),
  );
  project.provide('python', found);
}
