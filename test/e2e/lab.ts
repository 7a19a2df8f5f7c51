// The workspace that is watched: a provider in a pod, a connection to it, a repository with keys.
import { readFile } from 'node:fs/promises';
import type { Kubectl } from '../cluster/stack/kubectl.ts';
import { eventually } from '../cluster/stack/stack.ts';
import { listOf, scriptPod } from './traffic.ts';

export const LAB = 'lab';
const API = 'ai.flashback.tech/v1alpha1';

const secret = (name: string, stringData: Record<string, string>): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: LAB }, stringData });

export class Lab {
  readonly #kubectl: Kubectl;

  constructor(kubectl: Kubectl) {
    this.#kubectl = kubectl;
  }

  apply(...objects: object[]): Promise<string> {
    return this.#kubectl(['apply', '--server-side', '-f', '-'], listOf(objects));
  }

  /** Starts the provider; resolves when it answers. `keys`: those that it takes. */
  async open(image: string, keys: readonly string[]): Promise<void> {
    const script = await readFile(new URL('pods/provider.ts', import.meta.url), 'utf8');
    const env = [{ name: 'KEYS_FILE', value: '/keys/accepted' }];
    await this.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: LAB } });
    await this.accept(keys);
    await this.apply(
      ...scriptPod({ name: 'provider', namespace: LAB, image, script, env, secrets: { '/keys': 'provider-keys' } }),
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'provider', namespace: LAB }, spec: { selector: { app: 'provider' }, ports: [{ port: 8080 }] } },
    );
    await this.#kubectl(['wait', '--for=condition=Ready', 'pod/provider', '-n', LAB, '--timeout=90s']);
  }

  /** Which keys the provider takes. The node brings the file up to date within seconds. */
  async accept(keys: readonly string[]): Promise<void> {
    await this.apply(secret('provider-keys', { accepted: keys.join('\n') }));
  }

  /** The credential that the operator reads. */
  async setCredential(key: string): Promise<void> {
    await this.apply(secret('provider-credential', { apiKey: key }));
  }

  connection(name: string): object {
    const credentials = { secretRef: { name: 'provider-credential' } };
    const spec = { type: 'Other', endpoint: `http://provider.${LAB}.svc:8080/v1`, endpointSecurity: 'AllowPlaintext', credentials };
    return { apiVersion: API, kind: 'AILLMConfig', metadata: { name, namespace: LAB }, spec };
  }

  repository(name: string, keys: readonly string[], extra: object = {}): object {
    const spec = { llms: [{ name: 'provider' }], apiKeys: keys.map((key) => ({ name: key })), ...extra };
    return { apiVersion: API, kind: 'Repository', metadata: { name, namespace: LAB }, spec };
  }

  async ready(...names: string[]): Promise<void> {
    await this.#kubectl(['wait', '--for=condition=Ready', ...names, '-n', LAB, '--timeout=180s']);
  }

  /** A key Secret's values, decoded, once it is there. */
  async key(name: string): Promise<{ key: string; baseUrl: string }> {
    return eventually(`the Secret ${name}`, async () => {
      const text = await this.#kubectl(['get', 'secret', name, '-n', LAB, '--ignore-not-found', '-o', 'json']);
      if (text === '') return undefined;
      const { data } = JSON.parse(text) as { data: Record<string, string> };
      const decoded = (variable: string): string => Buffer.from(data[variable] ?? '', 'base64').toString();
      return { key: decoded('OPENAI_API_KEY'), baseUrl: decoded('OPENAI_BASE_URL') };
    });
  }
}
