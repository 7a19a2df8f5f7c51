// Standalone mode's stand-in for a cluster: manifests on disk, keys on disk, and the store between them and the reconcilers.
import { join } from 'node:path';
import { keyOf, LABELS, type AnyResource } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { EventDraft } from '../reconcile/store.ts';
import { describeChanges } from './changes.ts';
import { ManifestDirectory } from './directory.ts';
import type { StoredSecret } from './key-file.ts';
import { KeyFiles } from './key-files.ts';
import { describeKeyChange, describeLeftover, type KeyNews } from './key-news.ts';
import { resourcesOf, type ManifestSet } from './manifest-set.ts';
import type { DeliveredKey } from './report.ts';
import { validateResource, type Schemas, type ValidationResult } from './schema.ts';
import { StandaloneStore } from './store.ts';
import type { Variables } from './substitute.ts';

/** A host in endpoints that this process serves itself. */
export interface StandIn {
  host: string;
  /** Starts it and resolves with its origin. Called when the first AILLMConfig names the host, and then never again. */
  start: () => Promise<string>;
}

export interface SessionOptions {
  /** Directories and files with manifests. */
  roots: readonly string[];
  /** Directory for what outlives a restart. */
  stateDir: string;
  variables: Variables;
  schemas: Schemas;
  standIn: StandIn;
  clock: Clock;
  /** Lines for the person who edits the manifests. */
  onLines: (lines: readonly string[]) => void;
  onKey: (news: KeyNews) => void;
  onStatus: (resource: AnyResource) => void;
  onEvent: (event: EventDraft) => void;
}

function hostOf(endpoint: string | undefined): string | undefined {
  return endpoint !== undefined && URL.canParse(endpoint) ? new URL(endpoint).hostname : undefined;
}

function deliveredKey({ secret, path }: { secret: StoredSecret; path: string }): DeliveredKey {
  const repository = { namespace: secret.key.namespace, name: secret.labels[LABELS.repository] ?? '' };
  return { repository, name: secret.labels[LABELS.apiKey] ?? '', path };
}

export class StandaloneSession {
  readonly #options: SessionOptions;
  readonly #keys: KeyFiles;
  readonly #directory: ManifestDirectory;
  readonly store: StandaloneStore;
  #toldOfLeftovers = false;
  #standInOrigin: string | undefined;

  constructor(options: SessionOptions) {
    const { roots, stateDir, variables, schemas, clock, onStatus, onEvent } = options;
    this.#options = options;
    const onProblem = (message: string): void => options.onLines([message]);
    this.#keys = new KeyFiles({
      directory: join(stateDir, 'keys'),
      clock,
      onSecret: (key) => this.store.announceSecret(key),
      onChange: (change) => {
        const news = describeKeyChange(change);
        if (news !== undefined) options.onKey(news);
      },
      onProblem,
    });
    const rewriteEndpoint = (endpoint: string): string => this.#rewrite(endpoint);
    this.store = new StandaloneStore({ keys: this.#keys, clock, rewriteEndpoint, onEvent, onStatus });
    this.#directory = new ManifestDirectory({
      roots,
      clock,
      variables,
      validate: (object, previous) => validateResource(schemas, object, previous),
      onChange: (set, before) => this.#apply(set, before),
      onWatchError: (message) => onProblem(`watching the manifests failed: ${message}`),
    });
  }

  /** Origin of the stand-in, once it was needed. */
  get standInOrigin(): string | undefined {
    return this.#standInOrigin;
  }

  /** Reads everything and watches from then on. Throws MissingPathError. */
  async start(): Promise<void> {
    await this.#keys.start();
    await this.#directory.start();
  }

  async stop(): Promise<void> {
    await this.#directory.stop();
    await this.#keys.stop();
  }

  /** Reads the manifests again at once; see ManifestDirectory. */
  refresh(gone?: string): Promise<void> {
    return this.#directory.refresh(gone);
  }

  /** As a manifest is checked. */
  validate(object: unknown): ValidationResult {
    return validateResource(this.#options.schemas, object);
  }

  resources(): AnyResource[] {
    return [...this.store.list('AILLMConfig'), ...this.store.list('Repository'), ...this.store.list('AIPolicy')];
  }

  /** The keys of Repositories that there are, as far as they are in files. */
  async deliveredKeys(): Promise<DeliveredKey[]> {
    const known = this.#repositories();
    const listed = (await this.#keys.list()).filter(({ secret }) => secret.labels[LABELS.madeKey] === undefined);
    return listed.map(deliveredKey).filter(({ repository }) => known.has(keyOf(repository)));
  }

  async #apply(set: ManifestSet, before: ManifestSet): Promise<void> {
    const { standIn, onLines } = this.#options;
    // At the start everything is new; only mistakes are worth a line then, the report has the rest.
    const lines = describeChanges(before, set);
    const isFirst = before.files.size === 0 && before.problems.length === 0;
    onLines(isFirst ? describeChanges({ ...before, files: set.files }, set) : lines);
    const wanted = resourcesOf(set).some((object) => object.kind === 'AILLMConfig' && hostOf(object.spec.endpoint) === standIn.host);
    if (wanted) this.#standInOrigin ??= await standIn.start();
    await this.store.replace(set);
    if (set.problems.length === 0) await this.#tellOfLeftovers();
  }

  /** Once: keys of Repositories that went while nobody looked, or that are in another directory than the one of this run. */
  async #tellOfLeftovers(): Promise<void> {
    if (this.#toldOfLeftovers) return;
    this.#toldOfLeftovers = true;
    const known = this.#repositories();
    const leftovers = (await this.#keys.list()).map(deliveredKey).filter(({ repository }) => !known.has(keyOf(repository)));
    this.#options.onLines(leftovers.map(describeLeftover));
  }

  #repositories(): Set<string> {
    return new Set(this.store.list('Repository').map(({ metadata }) => keyOf(metadata)));
  }

  #rewrite(endpoint: string): string {
    if (this.#standInOrigin === undefined || hostOf(endpoint) !== this.#options.standIn.host) return endpoint;
    const { pathname } = new URL(endpoint);
    return `${this.#standInOrigin}${pathname}`;
  }
}
