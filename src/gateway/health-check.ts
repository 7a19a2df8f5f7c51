// GET /healthz beside the traffic, for load balancers that can look at no other port than the one they send requests to.
import type { IncomingMessage, ServerResponse } from 'node:http';

const PATH = '/healthz';

/** Whether a request asks for the health and for nothing else. One comparison for all others, as it stands before each of them. */
export function isHealthCheck({ url, method }: Pick<IncomingMessage, 'url' | 'method'>): boolean {
  return url === PATH && (method === 'GET' || method === 'HEAD');
}

/** What keeps a gateway from being sent requests; undefined: nothing. The words of /readyz. */
export function unreadiness({ hasSnapshot, draining }: { hasSnapshot: boolean; draining: boolean }): string | undefined {
  if (draining) return 'shutting down';
  return hasSnapshot ? undefined : 'no snapshot yet';
}

/** 200, or 503 with the problem. While draining it ends its connection, as every answer does then. */
export function answerHealthCheck(response: ServerResponse, problem: string | undefined, draining: boolean): void {
  const text = `${problem ?? 'ok'}\n`;
  const headers = ['content-type', 'text/plain', 'content-length', String(Buffer.byteLength(text)), 'cache-control', 'no-store'];
  if (draining) headers.push('connection', 'close');
  response.writeHead(problem === undefined ? 200 : 503, headers);
  response.end(text);
}
