// Which commands end up in which file. Operator and gateway have one each, so that a gateway holds nothing of Kubernetes; whatever
// people start by hand shares the third.
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BuildOptions, Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** File -> modules of src/ that src/cli.ts may load in it. */
export const PROCESSES = {
  operator: ['operator'],
  gateway: ['gateway'],
  tools: ['up', 'demo-command', 'explain-command', 'doctor-command', 'policy-command'],
} as const satisfies Record<string, readonly string[]>;

/** The threads of src/gateway/guard/scanner.ts, src/ledger/sqlite/threads.ts and src/platform/policies/advisor.ts: started by their paths, beside the file that starts them. */
const WORKERS = ['src/gateway/guard/scan-worker.ts', 'src/ledger/sqlite/ledger-worker.ts', 'src/platform/policies/advice-worker.ts'];

const COMMAND_MODULE = /^\.\/([a-z]+(?:-command)?)\.ts$/;
const COMMAND_MODULES: ReadonlySet<string> = new Set(Object.values(PROCESSES).flat());

/** Leaves out the commands of other files: the launcher never asks for them here. */
function only(commands: readonly string[]): Plugin {
  return {
    name: 'only',
    setup(build) {
      build.onResolve({ filter: COMMAND_MODULE, namespace: 'file' }, ({ path, kind }) => {
        const [, name = ''] = COMMAND_MODULE.exec(path) ?? [];
        const isElsewhere = kind === 'dynamic-import' && COMMAND_MODULES.has(name) && !commands.includes(name);
        return isElsewhere ? { path: name, namespace: 'elsewhere' } : undefined;
      });
      build.onLoad({ filter: /.*/, namespace: 'elsewhere' }, ({ path }) => ({
        contents: `throw new Error('the command of ${path} is not in this file; start flashback.js');`,
      }));
    },
  };
}

const SHARED = {
  absWorkingDir: ROOT,
  bundle: true,
  write: false,
  metafile: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  // Nothing is made shorter: traces of errors stay readable without a source map.
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  // CommonJS packages call require for what Node brings.
  banner: { js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);" },
} as const satisfies BuildOptions;

/** Options of esbuild per file of the bundle. */
export const BUILDS: Readonly<Record<string, BuildOptions & typeof SHARED>> = {
  ...Object.fromEntries(
    Object.entries(PROCESSES).map(([name, commands]) => [name, { ...SHARED, entryPoints: ['src/cli.ts'], plugins: [only(commands)] }]),
  ),
  ...Object.fromEntries(WORKERS.map((path) => [basename(path, '.ts'), { ...SHARED, entryPoints: [path] }])),
};

/** What users start: picks the file by the command, and loads no other. */
export const LAUNCHER = `#!/usr/bin/env node
// Picks the file that holds the command.
const [, , command] = process.argv;
await import(command === 'operator' || command === 'gateway' ? \`./\${command}.js\` : './tools.js');
`;
