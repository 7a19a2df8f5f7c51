// The vitest project of the Python SDKs: there where python3 is.
import { pythonVersion, whyNoPython } from './python.ts';

const reason = whyNoPython(pythonVersion());
if (reason !== undefined) console.warn(reason);

const PROJECT = {
  test: {
    name: 'interop',
    include: ['test/interop/**/*.test.ts'],
    globalSetup: ['test/interop/global-setup.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
};

/** None or one. */
export const INTEROP_PROJECTS = reason === undefined ? [PROJECT] : [];
