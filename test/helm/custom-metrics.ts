// The custom metrics API with one metric of pods, as an adapter for Prometheus serves it, for the autoscaler of a real Kubernetes.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Authority } from '../cluster/harness/certificates.ts';

const VERSION = 'custom.metrics.k8s.io/v1beta2';
const GROUP = `/apis/${VERSION}`;

export interface CustomMetrics {
  port: number;
  /** Value of each pod. */
  values: Map<string, number>;
  /** Selectors that were asked with. */
  selectors: Set<string>;
  close(): Promise<void>;
}

export async function serveCustomMetrics(metric: string): Promise<CustomMetrics> {
  const { cert, key } = await (await Authority.create('metrics')).serverCertificate([{ type: 'dns', value: 'localhost' }]);
  const values = new Map<string, number>();
  const selectors = new Set<string>();
  const resources = [{ name: `pods/${metric}`, singularName: '', namespaced: true, kind: 'MetricValueList', verbs: ['get'] }];

  const answerTo = (url: URL): object | undefined => {
    if (url.pathname === GROUP) return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: VERSION, resources };
    const [, namespace] = new RegExp(`^${GROUP}/namespaces/([^/]+)/pods/\\*/${metric}$`).exec(decodeURIComponent(url.pathname)) ?? [];
    if (namespace === undefined) return undefined;
    selectors.add(url.searchParams.get('labelSelector') ?? '');
    const items = [...values].map(([name, value]) => ({
      describedObject: { kind: 'Pod', namespace, name, apiVersion: 'v1' },
      metric: { name: metric },
      timestamp: new Date().toISOString(),
      value: String(value),
    }));
    return { kind: 'MetricValueList', apiVersion: VERSION, metadata: {}, items };
  };
  const server = createServer({ cert, key }, (request, response) => {
    const answer = answerTo(new URL(request.url ?? '/', 'https://localhost'));
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404 }));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    values,
    selectors,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
