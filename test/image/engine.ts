// The image under test, and containers of it as strict as a cluster that enforces the restricted pod security standard runs them.
import { fileURLToPath } from 'node:url';
import { GenericContainer, Wait, type StartedTestContainer } from 'testcontainers';
import { run } from '../cluster/harness/command.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** No user of any machine, in the group that OpenShift gives to such users. */
export const ANY_USER = '1000770000:0';

/** Rejects with one sentence that says how to get a container engine. */
export async function requireEngine(): Promise<void> {
  await run('docker', ['version', '--format', '{{.Server.Version}}']).catch((error: unknown) => {
    throw new Error(
      'The image tests need Docker: install it (Debian: apt-get install docker.io) and start its daemon ' +
        `(systemctl start docker, or dockerd as root), or set DOCKER_HOST (${error instanceof Error ? error.message : String(error)}).`,
    );
  });
}

/** Builds this checkout into an image of that name, as a machine without a registry does. */
export async function buildImage(name: string): Promise<string> {
  await requireEngine();
  const output = await run('bash', ['hack/build-image.sh', name], { cwd: ROOT, env: { ...process.env, REGISTRY: 'no' } });
  return output.trim().split('\n').at(-1)!;
}

/** Name of the image: the one that FLASHBACK_IMAGE names, or one that is built now from this checkout. */
export async function imageUnderTest(): Promise<string> {
  await requireEngine();
  const given = process.env['FLASHBACK_IMAGE'];
  if (given !== undefined && given !== '') return given;
  return buildImage('flashback-ai-gateway:test');
}

class RestrictedContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    // Ryuk would have to be fetched from a registry; containers are stopped by the tests.
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
    this.hostConfig = { ...this.hostConfig, ReadonlyRootfs: true, CapDrop: ['ALL'], SecurityOpt: ['no-new-privileges'] };
  }
}

export interface Mount {
  source: string;
  target: string;
}

/** Starts a process of the image on the network of this machine; resolves when it listens. */
export function startContainer(image: string, args: readonly string[], mounts: readonly Mount[]): Promise<StartedTestContainer> {
  return new RestrictedContainer(image)
    .withNetworkMode('host')
    .withUser(ANY_USER)
    .withBindMounts(mounts.map((mount) => ({ ...mount, mode: 'ro' })))
    .withCommand([...args])
    .withWaitStrategy(Wait.forLogMessage(/"msg":"listening"/))
    .withStartupTimeout(90_000)
    .start();
}

/** Sends SIGTERM and waits; resolves with the exit code of the process and whether it had to be killed after `seconds`. */
export async function endContainer(container: StartedTestContainer, seconds: number): Promise<{ exitCode: number }> {
  await run('docker', ['stop', '--time', String(seconds), container.getId()]);
  const exitCode = await run('docker', ['inspect', '--format', '{{.State.ExitCode}}', container.getId()]);
  return { exitCode: Number(exitCode) };
}
