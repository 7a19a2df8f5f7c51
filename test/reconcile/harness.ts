// An Engine over fakes: a store, a clock, providers that say what a test tells them to, and gateways that acknowledge.
import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect } from 'vitest';
import type { AILLMConfig, AIPolicy, AnyResource, Kind, ProviderType, Repository } from '../../src/api/resources.ts';
import { podIdentityPolicy } from '../../src/providers/pod-identity.ts';
import type { Verification } from '../../src/providers/provider.ts';
import type { CheckTarget } from '../../src/reconcile/credentials.ts';
import { Engine } from '../../src/reconcile/engine.ts';
import type { JudgeModel } from '../../src/reconcile/policy-judge.ts';
import type { Snapshot, SnapshotContent } from '../../src/snapshot/snapshot.ts';
import { createOperatorMetrics, type OperatorMetrics } from '../../src/telemetry/metrics.ts';
import { FakeClock } from '../fake/clock.ts';
import { FakeStore } from '../fake/store.ts';

/** Part of every planted credential: must never be seen in a status, an event, a log or a metric. */
export const PLANTED = 'planted-secret';
export const BASE_URL = 'http://gateway.example/v1';

/** Bytes that look random and are the same in every run. */
export function countingRandom(): (bytes: number) => Buffer {
  let counter = 0;
  return (bytes) => {
    counter += 1;
    const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, block) => createHash('sha256').update(`${counter}/${block}`).digest());
    return Buffer.concat(blocks).subarray(0, bytes);
  };
}

export function valid(models = ['model-a', 'model-b'], proven = true): Verification {
  return { verdict: 'valid', models, proven };
}
export const INVALID: Verification = { verdict: 'invalid', message: 'HTTP 401: wrong key' };
export const UNKNOWN: Verification = { verdict: 'unknown', message: 'HTTP 503: busy' };

export class Harness {
  readonly store: FakeStore;
  readonly clock: FakeClock;
  readonly registry = new Registry();
  readonly metrics: OperatorMetrics = createOperatorMetrics(this.registry);
  readonly calls: CheckTarget[] = [];
  /** Verdict by secret; everything else is valid. A promise keeps the check waiting. */
  readonly verdicts = new Map<string, Verification | Promise<Verification>>();
  readonly published: SnapshotContent[] = [];
  /** Questions to judges, and how they are answered. */
  readonly questions: { endpoint: string; model: string }[] = [];
  judge: (body: Record<string, unknown>) => Promise<{ status: number; body: string }> = async () => ({ status: 500, body: '' });
  readonly engine: Engine;
  /** Gateways acknowledge what is published. */
  acknowledge = true;
  gateways = 1;
  revision: number;
  logs = '';

  constructor(options: { store?: FakeStore; clock?: FakeClock; revision?: number; random?: (bytes: number) => Buffer; maxSnapshotBytes?: number; podIdentityNamespaces?: string[]; defaultJudge?: JudgeModel; version?: string } = {}) {
    this.store = options.store ?? new FakeStore();
    this.clock = options.clock ?? new FakeClock();
    this.revision = options.revision ?? 0;
    this.engine = new Engine({
      store: this.store,
      verify: async (target) => {
        this.calls.push(target);
        return await (this.verdicts.get(target.credential?.secret ?? '') ?? valid());
      },
      checkEndpoint: (url) => (url.includes('169.254') ? '169.254.0.1 is a link-local address' : undefined),
      supportedTypes: new Set<ProviderType>(['OpenAI', 'Other', 'AWS']),
      ...(options.podIdentityNamespaces === undefined ? {} : { mayUsePodIdentity: podIdentityPolicy(options.podIdentityNamespaces) }),
      askJudge: (target, model, body) => {
        this.questions.push({ endpoint: target.endpoint, model });
        return this.judge(body);
      },
      defaultJudge: options.defaultJudge,
      version: options.version ?? '1',
      publicBaseUrl: BASE_URL,
      publish: (content) => {
        this.published.push(structuredClone(content));
        this.revision += 1;
        const { revision } = this;
        if (this.acknowledge) this.clock.setTimeout(() => this.engine.onDelivered(revision, this.gateways), 1);
        return { revision };
      },
      clock: this.clock,
      logger: pino({ level: 'trace' }, { write: (line) => void (this.logs += line) }),
      metrics: this.metrics,
      random: options.random ?? countingRandom(),
      ...(options.maxSnapshotBytes === undefined ? {} : { maxSnapshotBytes: options.maxSnapshotBytes }),
    });
    this.store.listen(this.engine);
  }

  /** Starts and lets the first snapshot go out. */
  async start(seed?: Snapshot): Promise<void> {
    this.engine.start(seed);
    await this.run();
  }

  /** Lets a second pass: enough to reconcile, check, publish and acknowledge; too short for any retry. */
  async run(ms = 500): Promise<void> {
    await this.clock.advance(ms);
  }

  get content(): SnapshotContent {
    const last = this.published.at(-1);
    if (last === undefined) throw new Error('nothing was published');
    return last;
  }

  /** The last content as a gateway holds it. */
  snapshot(): Snapshot {
    return { ...structuredClone(this.content), epoch: 1, revision: this.revision, digest: 'x' };
  }

  config(name: string, overrides: Partial<AILLMConfig['spec']> = {}): void {
    this.store.apply('AILLMConfig', name, { type: 'OpenAI', credentials: { secretRef: { name: `${name}-secret`, key: 'apiKey' } }, ...overrides });
  }

  /** A config together with its Secret. */
  connection(name: string, secret = `${PLANTED}-${name}`, overrides: Partial<AILLMConfig['spec']> = {}): void {
    this.store.setSecret(`${name}-secret`, { apiKey: secret });
    this.config(name, overrides);
  }

  repository(name: string, overrides: Partial<Repository['spec']> = {}): void {
    this.store.apply('Repository', name, { surfaces: ['OpenAI'], llms: [{ name: 'main' }], apiKeys: [{ name: 'app' }], ...overrides });
  }

  /** A rule that blocks, apart from what the test says. */
  policy(name: string, overrides: Partial<AIPolicy['spec']> = {}, namespace = 'team'): void {
    const spec: AIPolicy['spec'] = { scope: 'Workspace', content: 'Do not share payment card numbers.', riskType: 'High', action: 'Block', ...overrides };
    this.store.apply('AIPolicy', name, spec, { namespace });
  }

  statusOf(name: string, namespace = 'team'): NonNullable<AIPolicy['status']> {
    const status = this.store.get('AIPolicy', { namespace, name })?.status;
    if (status === undefined) throw new Error(`there is no status of ${name}`);
    return status;
  }

  condition(kind: Kind, name: string, type: string): { status: string; reason: string; message: string } | undefined {
    const found = this.store.get(kind, { namespace: 'team', name })?.status?.conditions?.find((condition) => condition.type === type);
    return found === undefined ? undefined : { status: found.status, reason: found.reason, message: found.message };
  }

  /** `True Succeeded` and the like. */
  verdict(kind: Kind, name: string, type = 'Ready'): string {
    const condition = this.condition(kind, name, type);
    return condition === undefined ? 'absent' : `${condition.status} ${condition.reason}`;
  }

  notes(action: string): string[] {
    return this.store.events.filter((event) => event.action === action).map(({ reason, note }) => `${reason}: ${note}`);
  }

  /** The rules that hold after every reconciliation, whatever happened. */
  async check(): Promise<void> {
    const objects: AnyResource[] = (['AILLMConfig', 'Repository', 'AIPolicy'] as const).flatMap((kind): AnyResource[] => this.store.list(kind));
    for (const object of objects) expectKstatus(object);
    const seen = [JSON.stringify(objects.map(({ status }) => status)), JSON.stringify(this.store.events), this.logs, await this.registry.metrics()];
    for (const text of seen) {
      expect(text).not.toContain(PLANTED);
      expect(text).not.toMatch(/sk-[A-Za-z0-9_-]{20}/);
    }
  }
}

function expectKstatus({ metadata, status }: AnyResource): void {
  const conditions = status?.conditions ?? [];
  const types = conditions.map(({ type }) => type);
  expect(types, `${metadata.name} has Ready`).toContain('Ready');
  expect(new Set(types).size).toBe(types.length);
  expect(types.includes('Reconciling') && types.includes('Stalled'), 'Reconciling and Stalled exclude each other').toBe(false);
  expect(status?.observedGeneration).toBe(metadata.generation);
  for (const { type, status: value, message, reason, observedGeneration } of conditions) {
    expect(message.length).toBeLessThanOrEqual(1024);
    expect(message).not.toBe('');
    expect(reason).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(observedGeneration).toBe(metadata.generation);
    if (type === 'Reconciling' || type === 'Stalled') expect(value).toBe('True');
  }
}
