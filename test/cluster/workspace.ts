// A namespace of its own on the shared API server, and what the tests of kubernetes/ do in it.
import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { inject } from 'vitest';
import type { Repository } from '../../src/api/resources.ts';
import { systemClock, type Clock } from '../../src/clock.ts';
import { KubeClient, PATCH, createKubeClient, type KubeRequest } from '../../src/kubernetes/client.ts';
import { objectPath } from '../../src/kubernetes/objects.ts';
import { KubernetesStore } from '../../src/kubernetes/store.ts';
import { createLogger } from '../../src/telemetry/log.ts';
import { createOperatorMetrics } from '../../src/telemetry/metrics.ts';

export const GROUP_VERSION = 'ai.flashback.tech/v1alpha1';

/** A client with all rights, or with those of the given user. */
export function newClient(impersonate?: string): KubeClient {
  const made = createKubeClient({ kubeconfig: inject('kubeconfig'), metrics: createOperatorMetrics(new Registry()) });
  const user = made.config.getCurrentUser();
  if (impersonate !== undefined && user !== null) Object.assign(user, { impersonateUser: impersonate });
  return made;
}

export class Workspace {
  readonly namespace = `kubernetes-${randomUUID().slice(0, 8)}`;
  readonly client = newClient();
  readonly logger = createLogger({ name: 'test', level: 'silent' });

  async open(): Promise<void> {
    await this.client.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: this.namespace } } });
  }

  /** The namespace stays: without a controller manager its deletion would never end. */
  async close(): Promise<void> {
    await this.client.config.close();
  }

  /** Path of an object. */
  at(plural: string, name: string, groupVersion = GROUP_VERSION): string {
    return objectPath(groupVersion, plural, { namespace: this.namespace, name });
  }

  /** Server-side apply by somebody who is not the operator. */
  apply<T>(path: string, body: object, query: KubeRequest['query'] = {}): Promise<T> {
    return this.client.request<T>({
      method: 'PATCH',
      path,
      query: { fieldManager: 'platform-team', ...query },
      contentType: PATCH.apply,
      body,
    });
  }

  manifestOf(name: string): Record<string, unknown> {
    const spec = { llms: [{ name: 'openai' }], apiKeys: [{ name: 'app' }] };
    return { apiVersion: GROUP_VERSION, kind: 'Repository', metadata: { name, namespace: this.namespace }, spec };
  }

  repository(name: string): Promise<Repository> {
    return this.apply<Repository>(this.at('repositories', name), this.manifestOf(name));
  }

  store(client = this.client, clock: Clock = systemClock): KubernetesStore {
    return new KubernetesStore({
      client,
      watchNamespaces: [this.namespace],
      identity: 'pod-1',
      clock,
      random: Math.random,
      logger: this.logger,
    });
  }
}
