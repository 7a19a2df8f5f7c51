// A small API server with faults on demand: a chaos tool for the code that talks to the cluster, and nothing more. What a real
// API server means by a field is tested against a real one, in test/cluster/.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface FakeObject {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    labels?: Record<string, string>;
    [field: string]: unknown;
  };
  [field: string]: unknown;
}

export interface SeenRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingMessage['headers'];
  body: string;
  watch: boolean;
}

/** What to do with a request in place of answering it. `stream` answers a watch with raw lines and leaves it open. */
export type Fault =
  { status: number; headers?: Record<string, string>; body?: unknown } | { stream: string[]; end?: boolean } | 'hang' | 'reset';

interface OpenWatch {
  collection: string;
  namespace: string | undefined;
  /** The only one that is asked for. */
  name: string | undefined;
  response: ServerResponse;
  metadataOnly: boolean;
}

interface Target {
  collection: string;
  namespace: string | undefined;
  name: string | undefined;
}

const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

function parsePath(path: string): Target {
  const match = /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/([^/]+))?/.exec(path);
  if (match === null) throw new Error(`the fake API server cannot read ${path}`);
  return { collection: `${match[1]}/${match[3]}`, namespace: match[2], name: match[4] };
}

/** Of field selectors it knows names alone. */
function selectedName({ query }: SeenRequest): string | undefined {
  return /^metadata\.name=(.+)$/.exec(query['fieldSelector'] ?? '')?.[1];
}

function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === 'object' && target !== null && !Array.isArray(target) ? target : {};
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value);
  }
  return merged;
}

function metadataOf(object: FakeObject): FakeObject {
  return { apiVersion: 'meta.k8s.io/v1', kind: 'PartialObjectMetadata', metadata: object.metadata };
}

/** Real sockets on a port of the system's choice; every object in memory; every request on record. */
export class FakeApiServer {
  readonly requests: SeenRequest[] = [];
  /** Connections that were ever opened. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #objects = new Map<string, FakeObject>();
  readonly #watches = new Set<OpenWatch>();
  readonly #events: { version: number; target: Target; line: { type: string; object: FakeObject } }[] = [];
  readonly #faults: { match: (request: SeenRequest) => boolean; fault: Fault; times: number }[] = [];
  #version = 100;
  #compacted = 0;
  #uids = 0;

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      this.connections += 1;
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<FakeApiServer> {
    const server = new FakeApiServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  /** The next `times` requests that match meet the fault. */
  fail(match: (request: SeenRequest) => boolean, fault: Fault, times = 1): void {
    this.#faults.push({ match, fault, times });
  }

  /** No more faults. */
  heal(): void {
    this.#faults.length = 0;
  }

  get(path: string): FakeObject | undefined {
    return this.#objects.get(path);
  }

  /** Creates or replaces the object at its path, and tells watchers. A uid other than the stored one is a new object. */
  put(path: string, object: Omit<FakeObject, 'metadata'> & { metadata?: Partial<FakeObject['metadata']> }): FakeObject {
    const target = parsePath(path);
    const before = this.#objects.get(path);
    const metadata = {
      ...object.metadata,
      name: target.name ?? '',
      ...(target.namespace === undefined ? {} : { namespace: target.namespace }),
      uid: object.metadata?.uid ?? before?.metadata.uid ?? `uid-${(this.#uids += 1)}`,
      resourceVersion: String((this.#version += 1)),
    };
    const stored: FakeObject = { ...object, metadata };
    this.#objects.set(path, stored);
    this.#announce(target, { type: before === undefined ? 'ADDED' : 'MODIFIED', object: stored });
    return stored;
  }

  remove(path: string): void {
    const object = this.#objects.get(path);
    if (object === undefined) return;
    this.#objects.delete(path);
    const metadata = { ...object.metadata, resourceVersion: String((this.#version += 1)) };
    this.#announce(parsePath(path), { type: 'DELETED', object: { ...object, metadata } });
  }

  /** Forgets history, as etcd does: watches from before now are answered 410. */
  compact(): void {
    this.#compacted = this.#version;
  }

  /** Sends a line to open watches as it is. */
  send(line: unknown): void {
    for (const watch of this.#watches) watch.response.write(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  }

  bookmark(): void {
    this.send({ type: 'BOOKMARK', object: { metadata: { resourceVersion: String(this.#version) } } });
  }

  /** Ends open watches, politely or with a reset of their connections. */
  endWatches(how: 'close' | 'reset'): void {
    for (const watch of this.#watches) {
      this.#watches.delete(watch);
      if (how === 'close') watch.response.end();
      else watch.response.socket?.resetAndDestroy();
    }
  }

  #announce(target: Target, line: { type: string; object: FakeObject }): void {
    this.#events.push({ version: this.#version, target, line });
    for (const watch of this.#watches) this.#deliver(watch, target, line);
  }

  #deliver(watch: OpenWatch, target: Target, line: { type: string; object: FakeObject }): void {
    if (watch.collection !== target.collection || (watch.namespace !== undefined && watch.namespace !== target.namespace)) return;
    if (watch.name !== undefined && watch.name !== target.name) return;
    watch.response.write(`${JSON.stringify(watch.metadataOnly ? { ...line, object: metadataOf(line.object) } : line)}\n`);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen: SeenRequest = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      watch: url.searchParams.get('watch') === 'true',
    };
    this.requests.push(seen);
    const fault = this.#faults.find(({ match, times }) => times > 0 && match(seen));
    if (fault !== undefined) {
      fault.times -= 1;
      this.#misbehave(fault.fault, request, response);
      return;
    }
    if (seen.watch) this.#watch(seen, response);
    else if (seen.method === 'GET') this.#read(seen, response);
    else this.#write(seen, response);
  }

  #misbehave(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
    if (fault === 'hang') return;
    if (fault === 'reset') request.socket.resetAndDestroy();
    else if ('stream' in fault) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write(fault.stream.map((line) => `${line}\n`).join(''));
      if (fault.end === true) response.end();
    } else {
      response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
      response.end(JSON.stringify(fault.body ?? { kind: 'Status', code: fault.status }));
    }
  }

  #watch(seen: SeenRequest, response: ServerResponse): void {
    const { collection, namespace } = parsePath(seen.path);
    const from = Number(seen.query['resourceVersion'] ?? '0');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (from < this.#compacted) {
      response.end(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } })}\n`);
      return;
    }
    const watch = { collection, namespace, name: selectedName(seen), response, metadataOnly: seen.headers.accept?.includes('PartialObjectMetadata') === true };
    this.#watches.add(watch);
    response.on('close', () => this.#watches.delete(watch));
    for (const event of this.#events.filter(({ version }) => version > from)) this.#deliver(watch, event.target, event.line);
  }

  #read(seen: SeenRequest, response: ServerResponse): void {
    const { collection, namespace, name } = parsePath(seen.path);
    const metadataOnly = seen.headers.accept?.includes('PartialObjectMetadata') === true;
    if (name !== undefined) return this.#answer(response, this.#objects.get(seen.path));
    const all = [...this.#objects.entries()]
      .filter(([path]) => parsePath(path).collection === collection && (namespace === undefined || parsePath(path).namespace === namespace))
      .filter(([, { metadata }]) => selectedName(seen) === undefined || selectedName(seen) === metadata.name)
      .map(([, object]) => (metadataOnly ? metadataOf(object) : object));
    const start = Number(seen.query['continue'] ?? '0');
    const end = start + Number(seen.query['limit'] ?? '500');
    const more = end < all.length ? { continue: String(end) } : {};
    this.#answer(response, { kind: 'List', metadata: { resourceVersion: String(this.#version), ...more }, items: all.slice(start, end) });
  }

  #write(seen: SeenRequest, response: ServerResponse): void {
    const body = (seen.body === '' ? {} : JSON.parse(seen.body)) as Partial<FakeObject> & { preconditions?: { uid?: string; resourceVersion?: string } };
    const path = (seen.method === 'POST' ? `${seen.path}/${body.metadata?.name}` : seen.path).replace(/\/status$/, '');
    const before = this.#objects.get(path);
    const spec = body['spec'] as { renewTime?: string; acquireTime?: string } | undefined;
    for (const time of [spec?.renewTime, spec?.acquireTime, body['eventTime'] as string | undefined]) {
      if (time !== undefined && !MICRO_TIME.test(time)) return this.#refuse(response, 400, 'BadRequest');
    }
    if (seen.method === 'POST') {
      if (before !== undefined) return this.#refuse(response, 409, 'AlreadyExists');
      return this.#answer(response, this.put(path, body), 201);
    }
    const resourceVersion = body.preconditions?.resourceVersion ?? body.metadata?.resourceVersion;
    // As the real one: the status subresource does not look at the uid.
    const uid = seen.path.endsWith('/status') ? undefined : (body.preconditions?.uid ?? body.metadata?.uid);
    const apply = seen.headers['content-type'] === 'application/apply-patch+yaml';
    if (before === undefined && (!apply || uid !== undefined || seen.path.endsWith('/status')))
      return this.#refuse(response, uid !== undefined && apply ? 409 : 404, 'NotFound');
    if (resourceVersion !== undefined && resourceVersion !== before?.metadata.resourceVersion)
      return this.#refuse(response, 409, 'Conflict');
    // As the real one: a patch with another uid is not a conflict, but an attempt to change it.
    if (uid !== undefined && uid !== before?.metadata.uid) return this.#refuse(response, seen.method === 'DELETE' ? 409 : 422, 'Invalid');
    if (seen.method === 'DELETE') {
      this.remove(path);
      return this.#answer(response, { kind: 'Status', status: 'Success' });
    }
    this.#answer(response, this.put(path, merge(before ?? {}, body) as FakeObject));
  }

  #refuse(response: ServerResponse, code: number, reason: string): void {
    this.#answer(response, { kind: 'Status', code, reason, message: `${reason} by the fake API server` }, code);
  }

  #answer(response: ServerResponse, body: unknown, status = 200): void {
    if (body === undefined) return this.#refuse(response, 404, 'NotFound');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  }
}
