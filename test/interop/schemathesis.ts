// Runs schemathesis, which makes requests of an OpenAPI document and holds every answer against it.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';

const CHECKS = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance', 'response_schema_conformance'];
/** Made-up requests of an operation, besides those at the bounds of each field, of which there are up to 200. */
const EXAMPLES = 5;
/** Milliseconds. */
const TOO_LONG = 540_000;

/**
 * Resolves with what it says: how many operations it has tested, and what is wrong. Equal documents make equal requests.
 * Rejects where it cannot be run.
 */
export async function runSchemathesis(document: object, url: string, token: string): Promise<{ isFine: boolean; said: string }> {
  const python = inject('python');
  if ('problem' in python) throw new Error(python.problem);
  const directory = await mkdtemp(join(tmpdir(), 'flashback-schemathesis-'));
  try {
    await writeFile(join(directory, 'openapi.json'), JSON.stringify(document));
    await writeFile(join(directory, 'schemathesis.toml'), '[phases.coverage]\nunexpected-methods = []\n');
    const of = ['openapi.json', '--url', url, '--header', `Authorization: Bearer ${token}`];
    const how = ['--phases', 'examples,coverage,fuzzing', '--max-examples', String(EXAMPLES), '--generation-deterministic'];
    const rest = ['--continue-on-failure', '--suppress-health-check', 'all', '--warnings', 'off', '--request-timeout', '30'];
    const args = ['-B', '-m', 'schemathesis.cli', '--no-color', 'run', ...of, ...how, '--checks', CHECKS.join(','), ...rest];
    return await new Promise((resolve, reject) => {
      const child = spawn(python.path, args, {
        cwd: directory,
        env: { PATH: process.env['PATH'] ?? '', PYTHONUTF8: '1', HOME: directory },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: TOO_LONG,
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
      child.on('error', reject);
      child.on('close', (code, signal) => {
        // 1: something is wrong with the answers.
        if (code === 0 || code === 1) resolve({ isFine: code === 0, said });
        else reject(new Error(`schemathesis ended with ${code ?? signal}: ${said}`));
      });
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
