// Programs that the project builds from Go modules where the machine has none: helm, promtool. Pinned in hack/tools/*/go.mod.
// Usage: node hack/tools.ts NAME prints the path.
import { constants } from 'node:fs';
import { access, mkdir, readFile, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../test/cluster/harness/command.ts';

const PACKAGES = {
  helm: { variable: 'HELM', main: 'helm.sh/helm/v4/cmd/helm', module: 'helm.sh/helm/v4', tags: '' },
  promtool: {
    variable: 'PROMTOOL',
    main: 'github.com/prometheus/prometheus/cmd/promtool',
    module: 'github.com/prometheus/prometheus',
    // Without the SDKs of all clouds, which take most of the time and nobody needs for rules.
    tags: 'remove_all_sd',
  },
} as const;

export type Tool = keyof typeof PACKAGES;

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function pinnedVersion(tool: Tool, directory: string): Promise<string> {
  const { module } = PACKAGES[tool];
  const lines = (await readFile(join(directory, 'go.mod'), 'utf8')).split('\n').map((line) => line.trim().replace(/^require /, ''));
  const pin = lines.find((line) => line.startsWith(`${module} v`));
  if (pin === undefined) throw new Error(`hack/tools/${tool}/go.mod does not pin ${module}`);
  return pin.split(' ')[1]!;
}

/**
 * Path of a tool: the one that the environment names (HELM, PROMTOOL), or one of the pinned version from the cache, built once with Go,
 * which takes minutes. Rejects with one sentence that says what to install.
 */
export async function findTool(tool: Tool): Promise<string> {
  const { variable, main, tags } = PACKAGES[tool];
  const given = process.env[variable];
  if (given !== undefined && given !== '') return given;
  const source = fileURLToPath(new URL(`tools/${tool}`, import.meta.url));
  const version = await pinnedVersion(tool, source);
  const caches = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'flashback-ai-gateway');
  const cache = join(caches, `${tool}-${version}-${process.platform}-${process.arch}`);
  const path = join(cache, tool);
  if (await isExecutable(path)) return path;
  console.error(`building ${tool} ${version} from Go modules into ${cache} (the first time takes minutes)`);
  await mkdir(cache, { recursive: true });
  // Renamed when complete, so that two runs at once never see half a binary.
  const partial = join(cache, `.${tool}.${process.pid}`);
  const flags = ['-trimpath', '-buildvcs=false', '-tags', tags, '-ldflags', '-s -w'];
  const env = { ...process.env, CGO_ENABLED: '0' };
  await run('go', ['build', ...flags, '-o', partial, main], { cwd: source, env }).catch((error: unknown) => {
    const remedy = `install Go 1.26 or later (https://go.dev/dl), or set ${variable} to the path of ${tool}`;
    throw new Error(`This needs ${tool}: ${remedy} (${String(error)}).`, { cause: error });
  });
  await rename(partial, path);
  return path;
}

if (import.meta.main) console.log(await findTool(process.argv[2] as Tool));
