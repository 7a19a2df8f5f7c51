// What the scenarios look at from outside: pods one by one, the provider, what is left behind.
import type { Kubectl } from '../cluster/stack/kubectl.ts';
import { LAB } from './lab.ts';
import { NAMESPACE, RELEASE, type Release } from './release.ts';

/** Everything that a release may have in its namespace. */
const KINDS = [
  'deployments,replicasets,pods,jobs,services,endpointslices,secrets,configmaps,serviceaccounts,roles,rolebindings',
  'leases,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,persistentvolumeclaims',
].join(',');
/** What Kubernetes itself puts into every namespace. */
const OF_KUBERNETES = ['configmap/kube-root-ca.crt', 'serviceaccount/default'];
const CHAT = JSON.stringify({ model: 'small-1', messages: [{ role: 'user', content: 'ping' }] });

const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

export class Probes {
  readonly #kubectl: Kubectl;
  readonly #release: Release;

  constructor(kubectl: Kubectl, release: Release) {
    this.#kubectl = kubectl;
    this.#release = release;
  }

  /** Those that are on their way out included. */
  async gatewayPods(): Promise<number> {
    return lines(await this.#kubectl(['get', 'pods', '-n', NAMESPACE, '-l', 'app.kubernetes.io/component=gateway', '-o', 'name'])).length;
  }

  /** Status of a chat with a key, of every ready gateway by itself. */
  async statuses(key: string): Promise<number[]> {
    const pods = (await this.#release.pods('gateway')).filter(({ ready }) => ready);
    return Promise.all(pods.map(({ ip }) => this.#status(`http://${ip}:8080/v1/chat/completions`, key, CHAT)));
  }

  /** Whether all gateways answer a chat with this status; undefined where not, for `eventually`. */
  async allAnswer(status: number, key: string): Promise<true | undefined> {
    const statuses = await this.statuses(key);
    return (statuses.length > 0 && statuses.every((answered) => answered === status)) || undefined;
  }

  /** Whether the provider takes a key. */
  async providerTakes(key: string): Promise<boolean> {
    return (await this.#status(`${await this.#provider()}/v1/models`, key)) === 200;
  }

  /** Whether requests of applications have reached the provider with this key. */
  async providerHasSeen(key: string): Promise<boolean> {
    const seen = (await (await fetch(`${await this.#provider()}/seen`)).json()) as Record<string, number>;
    return (seen[key] ?? 0) > 0;
  }

  /** How many repositories whose name begins like this are Programmed. */
  async programmed(prefix: string): Promise<number> {
    const path = '{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Programmed")].status}{"\\n"}{end}';
    const listed = lines(await this.#kubectl(['get', 'airepo', '-n', LAB, '-o', `jsonpath=${path}`]));
    return listed.filter((line) => line.startsWith(prefix) && line.endsWith(' True')).length;
  }

  /** What a release left in its namespace and in the cluster. */
  async leftovers(): Promise<string[]> {
    const names = async (...args: string[]): Promise<string[]> => lines(await this.#kubectl(['get', ...args, '-o', 'name']));
    const namespaced = (await names(KINDS, '-n', NAMESPACE)).filter((name) => !OF_KUBERNETES.includes(name));
    return [...namespaced, ...(await names('clusterroles,clusterrolebindings', '-l', `app.kubernetes.io/instance=${RELEASE}`))];
  }

  async #provider(): Promise<string> {
    return `http://${await this.#kubectl(['get', 'pod', 'provider', '-n', LAB, '-o', 'jsonpath={.status.podIP}'])}:8080`;
  }

  async #status(url: string, key: string, body?: string): Promise<number> {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(url, body === undefined ? { headers } : { method: 'POST', headers, body });
    await response.text();
    return response.status;
  }
}
