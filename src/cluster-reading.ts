// Reads a cluster for the tools that a person runs, and says which right is missing where something may not be read.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { API_GROUP, API_VERSION, KINDS, LABELS, type Kind, type ObjectKey, type ResourceByKind } from './api/resources.ts';
import type { KeySecret } from './doctor/key-trace.ts';
import type { Read } from './explain-files.ts';
import type { KeySource } from './explain-key.ts';
import { createKubeClient, type KubeClient } from './kubernetes/client.ts';
import { hasCode, KubernetesError } from './kubernetes/kubernetes-error.ts';
import { collectionPath, objectPath, PAGE_SIZE, type KubeList, type KubeSecret } from './kubernetes/objects.ts';
import { controllerUid } from './kubernetes/secret-writer.ts';
import { createOperatorMetrics, createRegistry } from './telemetry/metrics.ts';
import { StartError } from './process.ts';

const GROUP_VERSION = `${API_GROUP}/${API_VERSION}`;
const RIGHTS = 'list on secrets, and get on repositories, aillmconfigs and aipolicies of ai.flashback.tech';

/** Where a person says which cluster is meant. */
export interface ClusterChoice {
  /** Of the flag. */
  kubeconfig: string | undefined;
  env: Record<string, string | undefined>;
}

/** As kubectl chooses: the flag, KUBECONFIG, the file in the home directory; in a pod its service account. */
function chosen({ kubeconfig, env }: ClusterChoice): string | undefined {
  const named = kubeconfig ?? env['KUBECONFIG'];
  if (named !== undefined && named !== '') return named;
  const usual = join(env['HOME'] ?? homedir(), '.kube', 'config');
  return existsSync(usual) ? usual : undefined;
}

/** A client for a person. Throws StartError that says what is wrong with the kubeconfig, and quotes nothing of it. */
export function connectCluster(choice: ClusterChoice): KubeClient {
  const kubeconfig = chosen(choice);
  try {
    return createKubeClient({ kubeconfig, metrics: createOperatorMetrics(createRegistry()) });
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new StartError(kubeconfig === undefined ? reason : `the kubeconfig cannot be used: ${reason}`);
  }
}

/** All objects of a collection. */
export async function listAll<T>(client: KubeClient, path: string, query: Record<string, string> = {}, accept?: string): Promise<T[]> {
  const found: T[] = [];
  let token: string | undefined;
  do {
    const call = {
      method: 'GET' as const,
      path,
      query: { ...query, limit: PAGE_SIZE, continue: token },
      ...(accept === undefined ? {} : { accept }),
    };
    const page: KubeList<T> = await client.request(call);
    found.push(...(page.items ?? []));
    token = page.metadata.continue === '' ? undefined : page.metadata.continue;
  } while (token !== undefined);
  return found;
}

function toKeySecret(secret: KubeSecret): KeySecret {
  const { name, namespace = '', labels = {}, annotations = {} } = secret.metadata;
  const data = Object.fromEntries(Object.entries(secret.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
  const ownerUid = controllerUid(secret);
  return { key: { namespace, name }, value: { data, labels, annotations, ...(ownerUid === undefined ? {} : { ownerUid }) } };
}

/** Gets objects. One that may not be read is undefined where `lenient`, and an error else. */
export function reader(client: KubeClient, lenient: boolean): Read {
  return async <K extends Kind>(kind: K, key: ObjectKey): Promise<ResourceByKind[K] | undefined> => {
    try {
      return await client.request({ method: 'GET', path: objectPath(GROUP_VERSION, KINDS[kind], key) });
    } catch (error) {
      if (hasCode(error, 404) || (lenient && hasCode(error, 403))) return undefined;
      if (hasCode(error, 403)) throw new StartError(`the ${kind} ${key.namespace}/${key.name} may not be read: explain needs ${RIGHTS}`);
      throw error instanceof KubernetesError ? new StartError(error.message) : error;
    }
  };
}

/** Keys of one namespace, or of all. */
export function clusterKeySource(client: KubeClient, namespace: string | undefined): KeySource {
  return {
    get: reader(client, false),
    keySecrets: async () => {
      try {
        const secrets = await listAll<KubeSecret>(client, collectionPath('v1', 'secrets', namespace), { labelSelector: LABELS.repository });
        return secrets.filter(({ metadata }) => metadata.deletionTimestamp === undefined).map(toKeySecret);
      } catch (error) {
        if (!hasCode(error, 403)) throw error;
        const where = namespace === undefined ? 'in all namespaces; with -n NAMESPACE in that one only' : `in the namespace ${namespace}`;
        throw new StartError(`Secrets may not be listed: explain needs ${RIGHTS}, ${where}`);
      }
    },
  };
}
