// Ties deciding together, for `operator` and for `up` alike: events of a store in, statuses and snapshots out.
import { KINDS, keyOf, parseKey, type AnyResource, type Kind, type ObjectKey } from '../api/resources.ts';
import { NO_POD_IDENTITY } from '../providers/pod-identity.ts';
import type { GatewayReport, Snapshot } from '../snapshot/snapshot.ts';
import { Batch } from './batch.ts';
import { Controller, type ReconcileResult } from './controller.ts';
import { CredentialChecker } from './credentials.ts';
import { Deliveries } from './deliveries.ts';
import type { EngineOptions } from './engine-options.ts';
import { isPermitted, type Permits } from './grants.ts';
import { ExpiryNotices } from './key-expiry.ts';
import { KeyIssuer } from './key-issuer.ts';
import { LlmConfigReconciler } from './llm-config.ts';
import { offeredBefore } from './llm-target.ts';
import { Organizations } from './organizations.ts';
import { policyParts, type PolicyParts } from './policy-parts.ts';
import { Publisher } from './publisher.ts';
import { buildReferences, crossingInto, policiesNear, repositoriesOfSecret, type References } from './references.ts';
import { RepositoryReconciler } from './repository.ts';
import { StartGate } from './start-gate.ts';
import { StatusBoard } from './status-board.ts';
import type { StoreEvents } from './store.ts';
import type { UsageStatus } from './usage-status.ts';
import { parseSnapshotId, World } from './world.ts';

/** Everything that exists only between start() and stop(). */
interface Run extends Omit<PolicyParts, 'policies'> {
  world: World;
  organizations: Organizations;
  llms: LlmConfigReconciler;
  checker: CredentialChecker;
  deliveries: Deliveries;
  board: StatusBoard;
  publisher: Publisher;
  gate: StartGate;
  controllers: Record<Kind, Controller>;
}

const COALESCE_MS = 100;
const MAX_SNAPSHOT_BYTES = 32 * 1024 * 1024;

export class Engine implements StoreEvents {
  readonly #options: EngineOptions;
  #run: Run | undefined;
  #references: References | undefined;
  readonly #touched = new Batch<{ kind: Kind; key: ObjectKey }>((touched) => this.#enqueueConcerned(touched));
  readonly #relabelled = new Batch<string>((names) => this.#onRelabelled(new Set(names)));
  readonly #granting = new Batch<string>((namespaces) => this.#onGranting(new Set(namespaces)));

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  /**
   * Begins to decide; call it when this process leads and the store has listed everything. `seed` is what was published
   * last: it is served on until something definite is known against it, and keys that vanished meanwhile are revoked.
   */
  start(seed?: Snapshot): void {
    if (this.#run !== undefined) return;
    const run = this.#wire();
    this.#run = run;
    this.#references = undefined;
    if (seed !== undefined) this.#continueFrom(seed, run);
    const known = new Set([...run.world.providers.keys()].map((key) => `AILLMConfig/${key}`));
    for (const key of [...run.world.repositories.keys(), ...run.world.ledger.repositories()]) known.add(`Repository/${key}`);
    for (const kind of Object.keys(KINDS) as Kind[]) {
      for (const { metadata } of this.#options.store.list(kind)) known.add(`${kind}/${keyOf(metadata)}`);
    }
    for (const policy of this.#options.store.list('AIPolicy')) run.tallies.resume(keyOf(policy.metadata), policy);
    run.gate.expect(known);
    run.checker.start();
    run.tester.start();
    run.board.start();
    // What is only in the seed was deleted while nobody looked: reconciling finds it gone.
    for (const id of known) this.#enqueue(id.slice(0, id.indexOf('/')) as Kind, id.slice(id.indexOf('/') + 1));
    for (const controller of Object.values(run.controllers)) controller.start();
  }

  /** Decides nothing any more; resolves when what was under way has ended. start() begins anew. */
  async stop(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    this.#run = undefined;
    run.publisher.close();
    run.gate.close();
    run.checker.stop();
    run.tester.stop();
    run.counts.stop();
    await Promise.all(Object.values(run.controllers).map((controller) => controller.stop()));
    await run.flush((key) => run.board.writeNow('AIPolicy', key));
    await run.board.stop();
  }

  onResource(kind: Kind, key: ObjectKey): void {
    this.#references = undefined;
    if (this.#run === undefined) return;
    this.#enqueue(kind, keyOf(key));
    // The references are rebuilt once for all objects of a page.
    this.#touched.add({ kind, key });
  }

  onSecret(key: ObjectKey): void {
    if (this.#run === undefined) return;
    const name = keyOf(key);
    this.#enqueueAll('AILLMConfig', this.#refs().configsBySecret.get(name));
    this.#enqueueAll('Repository', repositoriesOfSecret(this.#refs(), name));
  }

  onNamespace(name: string): void {
    if (this.#run !== undefined) this.#relabelled.add(name);
  }

  onGrant({ namespace }: ObjectKey): void {
    this.#references = undefined;
    if (this.#run !== undefined) this.#granting.add(namespace);
  }

  /** What has happened under policies at a gateway, which is named as its endpoint is. */
  onCounts(gateway: string, report: Pick<GatewayReport, 'policies' | 'process'>): void {
    this.#run?.counts.report(gateway, report);
  }

  /** Has it written with the status. */
  reportUsage(object: AnyResource, usage: UsageStatus): void {
    this.#run?.board.reportUsage(object, usage);
  }

  /** A gateway saw a provider answer 401. `llmKey`: `namespace/name` of the AILLMConfig. */
  reportRejected(llmKey: string): void {
    const run = this.#run;
    if (run === undefined || !run.world.providers.has(llmKey)) return;
    const wait = run.llms.reportRejected(llmKey);
    if (wait !== undefined) this.#options.clock.setTimeout(() => this.#enqueue('AILLMConfig', llmKey), wait);
  }

  /** `revision`: the highest that every ready gateway has acknowledged. `gateways`: how many are ready. */
  onDelivered(revision: number | undefined, gateways: number): void {
    if (this.#run?.deliveries.recordDelivered(revision, gateways) === true) this.#run.board.refresh();
  }

  /** A gateway refused `object` (`provider/ns/name`, `repository/ns/name`) in `revision`: the others must not wait for it. */
  onRejectedObject(object: string, reason: string, revision: number): void {
    const [run, parsed] = [this.#run, parseSnapshotId(object)];
    if (run === undefined) return;
    this.#options.logger.warn({ object, reason }, 'a gateway refused a part of the snapshot');
    const published = run.publisher.published;
    // What was refused may be repaired in what went out since; if it is not, that is refused too.
    if (parsed === undefined || published === undefined || revision < published.revision) return;
    if (!run.world.reject(object, reason, published.observed)) return;
    run.publisher.changed();
    run.board.refresh();
    if (parsed.kind === 'AILLMConfig') {
      this.#enqueueAll('Repository', this.#refs().repositoriesByLlm.get(keyOf(parsed.key)));
      this.#enqueueJudged(keyOf(parsed.key));
    }
    if (parsed.kind === 'AIPolicy') this.#enqueueAll('Repository', run.world.governedBy([run.world.policies.get(keyOf(parsed.key))]));
  }

  #wire(): Run {
    const options = this.#options;
    const { store, clock, metrics, logger } = options;
    const random = (): number => options.random(4).readUInt32BE() / 2 ** 32;
    const organizations = new Organizations(store);
    const world = new World(organizations.of);
    const deliveries = new Deliveries();
    const permits: Permits = (from, to) => isPermitted(this.#refs().grantsByNamespace.get(to.namespace) ?? [], from, to);
    const shared = { store, world, organizations, permits, clock, metrics, logger, random };
    const board = new StatusBoard({ ...shared, deliveries });
    const maxBytes = options.maxSnapshotBytes ?? MAX_SNAPSHOT_BYTES;
    const publisher = new Publisher({
      clock,
      logger,
      publish: options.publish,
      coalesce: options.coalesce ?? COALESCE_MS,
      maxBytes,
      observe: () => world.observe(clock.now()),
      onLeftOut: (ids) => {
        deliveries.recordLeftOut(ids, maxBytes);
        const before = world.leftOut;
        world.leftOut = ids;
        const hasMoved = (id: string): boolean => ids.has(id) !== before.has(id);
        for (const key of world.providers.keys()) if (hasMoved(`provider/${key}`)) this.#enqueueJudged(key);
        board.refresh();
      },
      onPublished: (content, revision) => {
        deliveries.recordPublished(content, revision);
        board.refresh();
      },
    });
    const onSettled = (key: string): void => this.#enqueue('AILLMConfig', key);
    const checker = new CredentialChecker({ ...shared, verify: options.verify, fingerprintKey: options.random(32), onSettled });
    const onConfigServed = (key: string): void => {
      publisher.changed();
      this.#enqueueAll('Repository', this.#refs().repositoriesByLlm.get(key));
      this.#enqueueJudged(key);
    };
    const report = (kind: Kind) => board.report.bind(board, kind);
    const { checkEndpoint, supportedTypes, publicBaseUrl, mayUsePodIdentity = NO_POD_IDENTITY } = options;
    const asked = { checker, supportedTypes, checkEndpoint, mayUsePodIdentity };
    const llms = new LlmConfigReconciler({ ...shared, ...asked, report: report('AILLMConfig'), onServed: onConfigServed });
    const onServed = (): void => publisher.changed();
    const issuer = new KeyIssuer({ store, clock, ledger: world.ledger, publicBaseUrl, random: options.random, onChange: onServed });
    const repositories = new RepositoryReconciler({
      ...shared,
      issuer,
      expiry: new ExpiryNotices({ store, clock, metrics: options.metrics }),
      publicBaseUrl,
      policiesNear: (namespace) => policiesNear(this.#refs(), namespace),
      report: report('Repository'),
      onServed,
    });
    const { policies, ...policyWork } = policyParts({
      ...shared,
      bytes: options.random,
      settings: options,
      report: report('AIPolicy'),
      enqueue: (key) => this.#enqueue('AIPolicy', key),
      onServed: (changed) => {
        publisher.changed();
        this.#enqueueAll('Repository', world.governedBy(changed));
      },
    });
    const gate = new StartGate({ clock, isUndecided: (key) => llms.isUndecided(key), open: () => publisher.open() });
    const controller = (kind: Kind, reconcile: (key: string, signal: AbortSignal) => Promise<ReconcileResult>): Controller => {
      const onReconciled = (key: string): void => gate.reconciled(`${kind}/${key}`);
      return new Controller({ ...shared, name: kind.toLowerCase(), reconcile, onReconciled });
    };
    const controllers = {
      AILLMConfig: controller('AILLMConfig', (key, signal) => llms.reconcile(key, signal)),
      Repository: controller('Repository', (key, signal) => repositories.reconcile(key, signal)),
      AIPolicy: controller('AIPolicy', (key) => policies.reconcile(key)),
    };
    return { world, organizations, llms, checker, ...policyWork, deliveries, board, publisher, gate, controllers };
  }

  #continueFrom(seed: Snapshot, { world, organizations, llms, deliveries }: Run): void {
    organizations.remember(seed);
    world.seed(seed, (namespace) => this.#options.store.covers(namespace));
    deliveries.recordPublished(seed, seed.revision);
    for (const [key, { provider, models }] of world.providers) {
      const config = this.#options.store.get('AILLMConfig', parseKey(key));
      const offered = config === undefined ? models : offeredBefore(config, models);
      world.providers.set(key, { provider, models: offered });
      llms.seed(key, { provider, models: offered });
    }
  }

  /** Objects that say something about one that was touched. */
  #enqueueConcerned(touched: readonly { kind: Kind; key: ObjectKey }[]): void {
    for (const { kind, key } of touched) {
      if (kind === 'AILLMConfig') {
        this.#enqueueAll('Repository', this.#refs().repositoriesByLlm.get(keyOf(key)));
        this.#enqueueJudged(keyOf(key));
      }
      if (kind === 'Repository') this.#enqueueAll('AIPolicy', this.#refs().policiesByRepository.get(keyOf(key)));
    }
  }

  /** Whom policies of organizations are for may be different. */
  #onRelabelled(names: ReadonlySet<string>): void {
    const run = this.#run;
    if (run === undefined) return;
    const policies = this.#refs().organizationPolicies.filter(({ metadata }) => names.has(metadata.namespace));
    this.#enqueueAll('AIPolicy', policies.map(({ metadata }) => keyOf(metadata)));
    // Policies that stand here may be for repositories anywhere.
    for (const { metadata } of this.#options.store.list('Repository')) {
      if (policies.length > 0 || names.has(metadata.namespace)) this.#enqueue('Repository', keyOf(metadata));
    }
    run.publisher.changed();
    run.board.refresh();
  }

  /** Other namespaces may use more of these, or less. */
  #onGranting(namespaces: ReadonlySet<string>): void {
    this.#enqueueAll('Repository', crossingInto(namespaces, this.#refs().repositoriesByLlm));
    this.#enqueueAll('AIPolicy', crossingInto(namespaces, this.#refs().policiesByJudge));
  }

  /** Policies that this connection judges for. */
  #enqueueJudged(llm: string): void {
    const standard = llm === this.#options.defaultJudge?.llm ? this.#refs().policiesWithoutJudge : [];
    const judged = [...(this.#refs().policiesByJudge.get(llm) ?? []), ...standard];
    this.#enqueueAll('AIPolicy', judged);
    const { world } = this.#run ?? {};
    this.#enqueueAll('Repository', world?.governedBy(judged.map((key) => world.policies.get(key))));
  }

  #refs(): References {
    this.#references ??= buildReferences(this.#options.store);
    return this.#references;
  }

  #enqueue(kind: Kind, key: string): void {
    this.#run?.controllers[kind].add(key);
  }

  #enqueueAll(kind: Kind, keys: Iterable<string> = []): void {
    for (const key of keys) this.#enqueue(kind, key);
  }
}
