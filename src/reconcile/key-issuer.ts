// Brings the keys of one repository into the state that spec.apiKeys asks for. What must stop working stops first; only then
// new keys are written.
import type { SnapshotKey } from '../snapshot/snapshot.ts';
import { keyOf, LABELS, type Repository } from '../api/resources.ts';
import type { Clock } from '../clock.ts';
import type { KeyLedger } from './key-ledger.ts';
import { describeConflict, keySecret, needsWrite, readKeySecrets, type KeySlot } from './key-secrets.ts';
import { expiryOf, generateKey, generateKeyId, leadOf, planKey, readIssuedKey, rotatedKey, typeOf, type IssuedKey, type KeyPlan } from './keys.ts';
import { hashKey } from '../api/api-key.ts';
import type { MadeKey } from './made-key.ts';
import { SecretConflictError, type EventDraft, type ResourceStore } from './store.ts';

export interface KeyIssuerOptions {
  store: ResourceStore;
  ledger: KeyLedger;
  clock: Clock;
  /** That many random bytes. */
  random(bytes: number): Buffer;
  /** Of the OpenAI surface, with /v1; those of the others follow from it. */
  publicBaseUrl: string;
  /** Keys that work are different now. */
  onChange(): void;
}

/** A key in force. */
export interface KeyInForce {
  slot: KeySlot;
  issued: IssuedKey;
}

export interface KeysOutcome {
  keys: KeyInForce[];
  /** Made on demand. */
  made: MadeKey[];
  conflicts: string[];
  /** When to look again, milliseconds since the epoch. */
  due: number | undefined;
  /** The first failure to write; the other keys were done all the same. */
  failure: unknown;
}

interface PlannedSlot {
  slot: KeySlot;
  plan: KeyPlan;
}

export class KeyIssuer {
  readonly #options: KeyIssuerOptions;
  /** By repository and the hash of the key that it replaces: what comes next. Whoever leads anew makes others. */
  readonly #successors = new Map<string, ReadonlyMap<string, IssuedKey>>();

  constructor(options: KeyIssuerOptions) {
    this.#options = options;
  }

  async issue(repository: Repository, signal: AbortSignal): Promise<KeysOutcome> {
    const { store, clock } = this.#options;
    const { slots, orphans, made: found } = await readKeySecrets(store, repository);
    signal.throwIfAborted();
    const planned = this.#plan(repository, slots);
    const made = this.#trusted(repository, found, planned);
    const kept = planned.flatMap(({ slot, plan }) => (plan.action === 'issue' ? [] : [{ slot, issued: plan.current }]));
    const { successors, dropped } = this.#prepare(repository, planned);
    this.#putInForce(repository, [...kept, ...successors], made, dropped);

    const conflicts = slots.filter(({ conflict }) => conflict).map(describeConflict);
    const outcome: KeysOutcome = { keys: [], made, conflicts, due: undefined, failure: undefined };
    const replaced = new Set<string>();
    for (const { slot, plan } of planned) {
      const wanted = this.#wanted(repository, slot, plan);
      try {
        signal.throwIfAborted();
        const secret = keySecret(repository, slot, wanted, this.#options.publicBaseUrl);
        if (needsWrite(slot.existing, secret)) await store.applySecret(secret);
        outcome.keys.push({ slot, issued: wanted });
        if (plan.action === 'rotate') replaced.add(plan.current.hash);
        this.#announce(repository, slot, plan, wanted);
      } catch (error) {
        if (error instanceof SecretConflictError) outcome.conflicts.push(describeConflict(slot));
        else outcome.failure ??= error;
        // What was written before holds until it can be replaced.
        if (plan.action !== 'issue' && !(error instanceof SecretConflictError)) outcome.keys.push({ slot, issued: plan.current });
      }
    }
    this.#putInForce(repository, [...successors, ...outcome.keys], made, replaced);
    for (const { key, value } of orphans) await store.deleteSecret(key, value.uid).catch((error: unknown) => (outcome.failure ??= error));
    const next = outcome.keys.map(({ slot, issued }) => planKey(slot.entry, issued, clock.now()));
    const leads = outcome.keys.flatMap(({ slot: { entry }, issued }) => leadOf(entry, issued) ?? []).filter((at) => at > clock.now());
    const dues = [...leads, ...next.flatMap((plan) => ('due' in plan ? (plan.due ?? []) : []))];
    return { ...outcome, due: dues.length === 0 ? undefined : Math.min(...dues) };
  }

  /** The repository is gone: its keys are. */
  revokeAll(repository: string): void {
    const { ledger, clock, onChange } = this.#options;
    this.#successors.delete(repository);
    if (ledger.replace(repository, new Map(), clock.now()).changed) onChange();
  }

  /**
   * Makes the keys that come next: an application may read a Secret the moment it is written, and gateways take a second to learn of a key.
   * `dropped`: hashes of those that will not come any more.
   */
  #prepare(repository: Repository, planned: readonly PlannedSlot[]): { successors: KeyInForce[]; dropped: Set<string> } {
    const { clock, random } = this.#options;
    const name = keyOf(repository.metadata);
    const before = this.#successors.get(name) ?? new Map<string, IssuedKey>();
    const now = clock.now();
    const prepared = new Map<string, IssuedKey>();
    const successors: KeyInForce[] = [];
    for (const { slot, plan } of planned) {
      if (plan.action === 'issue') continue;
      const lead = leadOf(slot.entry, plan.current);
      if (lead === undefined || now < lead) continue;
      const known = before.get(plan.current.hash);
      // What is late already is not made later still.
      if (known === undefined && plan.action === 'rotate') continue;
      const issued = known ?? newKey(random, now);
      prepared.set(plan.current.hash, issued);
      successors.push({ slot, issued });
    }
    if (prepared.size > 0) this.#successors.set(name, prepared);
    else this.#successors.delete(name);
    const kept = new Set([...prepared.values()].map(({ hash }) => hash));
    return { successors, dropped: new Set([...before.values()].map(({ hash }) => hash).filter((hash) => !kept.has(hash))) };
  }

  #plan(repository: Repository, slots: readonly KeySlot[]): PlannedSlot[] {
    const { ledger, clock, random } = this.#options;
    const now = clock.now();
    const name = keyOf(repository.metadata);
    const context = { now, known: (hash: string) => ledger.find(name, hash), makeId: () => generateKeyId(random) };
    const seen = new Set<string>();
    return slots
      .filter(({ conflict }) => !conflict)
      .map((slot) => {
        const read = slot.existing && readIssuedKey(slot.existing, typeOf(slot.entry), context);
        // A copy of another key's Secret, or one restored after it was revoked, is no key.
        const copied = slot.existing?.labels[LABELS.apiKey] !== undefined && slot.existing.labels[LABELS.apiKey] !== slot.entry.name;
        const trusted = read !== undefined && !copied && !seen.has(read.hash) && !seen.has(read.id) && ledger.mayServe(name, read.hash);
        const issued = trusted ? this.#withTrustedPrevious(name, read, seen) : undefined;
        for (const mark of [issued?.hash, issued?.id, issued?.previous?.hash, issued?.previous?.id]) if (mark !== undefined) seen.add(mark);
        return { slot, plan: planKey(slot.entry, issued, now) };
      });
  }

  /** Those made on demand that are keys: not revoked, not another repository's, and not the same as one that is declared. */
  #trusted(repository: Repository, made: readonly MadeKey[], planned: readonly PlannedSlot[]): MadeKey[] {
    const name = keyOf(repository.metadata);
    const declared = planned.flatMap(({ plan }) => (plan.action === 'issue' ? [] : [plan.current, plan.current.previous]));
    const seen = new Set(declared.flatMap((issued) => (issued === undefined ? [] : [issued.hash, issued.id])));
    return made.filter(({ hash, id }) => {
      if (seen.has(hash) || seen.has(id) || !this.#options.ledger.mayServe(name, hash)) return false;
      seen.add(hash).add(id);
      return true;
    });
  }

  #withTrustedPrevious(repository: string, issued: IssuedKey, seen: ReadonlySet<string>): IssuedKey {
    const { previous } = issued;
    if (previous === undefined) return issued;
    const trusted = !seen.has(previous.hash) && !seen.has(previous.id) && this.#options.ledger.mayServe(repository, previous.hash);
    return trusted ? issued : { ...issued, previous: undefined };
  }

  #wanted(repository: Repository, { entry }: KeySlot, plan: KeyPlan): IssuedKey {
    const { random, clock } = this.#options;
    if (plan.action === 'keep' || plan.action === 'dropPrevious') return plan.current;
    const now = clock.now();
    if (plan.action === 'issue') return newKey(random, now);
    const successor = this.#successors.get(keyOf(repository.metadata))?.get(plan.current.hash);
    return rotatedKey(entry, plan.current, successor ?? newKey(random, now), now);
  }

  /** `expected`: hashes that end by plan, so nobody needs to be told that they were revoked. */
  #putInForce(repository: Repository, keys: readonly KeyInForce[], made: readonly MadeKey[], expected: ReadonlySet<string>): void {
    const { ledger, clock, onChange } = this.#options;
    const name = keyOf(repository.metadata);
    const now = clock.now();
    const { revoked, changed } = ledger.replace(name, snapshotKeys(name, keys, made), now);
    if (changed) onChange();
    // One that was made anew under its id has not ended for whoever uses it.
    const ids = new Set(made.map(({ id }) => id));
    for (const [hash, { id, expiresAt }] of revoked) {
      if (expected.has(hash) || ids.has(id) || (expiresAt !== undefined && expiresAt <= now)) continue;
      this.#emit(repository, 'RevokeKey', `the key ${id} was revoked`);
    }
  }

  #announce(repository: Repository, { entry, secret }: KeySlot, plan: KeyPlan, { id }: IssuedKey): void {
    if (plan.action === 'issue') this.#emit(repository, 'IssueKey', `issued the key ${entry.name} (${id}) in the Secret ${secret.name}`);
    if (plan.action === 'rotate') this.#emit(repository, 'RotateKey', `replaced the key ${entry.name} by ${id} in ${secret.name}`);
  }

  #emit({ kind, metadata: { namespace, name, uid } }: Repository, action: string, note: string): void {
    const event: EventDraft = { regarding: { kind, namespace, name, uid }, type: 'Normal', reason: 'Succeeded', action, note };
    this.#options.store.emit(event);
  }
}

function newKey(random: (bytes: number) => Buffer, now: number): IssuedKey {
  const key = generateKey(random);
  return { key, hash: hashKey(key), id: generateKeyId(random), createdAt: now, previous: undefined };
}

/** The keys of a repository as gateways know them, by hash. */
function snapshotKeys(repository: string, keys: readonly KeyInForce[], made: readonly MadeKey[]): Map<string, SnapshotKey> {
  const entries = keys.flatMap(({ slot: { entry }, issued }) => {
    const { models } = entry;
    const type = typeOf(entry);
    const limits = { ...(models === undefined ? {} : { models: [...models] }), ...(type === 'OpenAI' ? {} : { type }) };
    const expiresAt = expiryOf(entry);
    const current: SnapshotKey = { id: issued.id, repository, ...(expiresAt === undefined ? {} : { expiresAt }), ...limits };
    const { previous } = issued;
    const found: [string, SnapshotKey][] = [[issued.hash, current]];
    if (previous !== undefined) found.push([previous.hash, { id: previous.id, repository, expiresAt: previous.expiresAt, ...limits }]);
    return found;
  });
  for (const { hash, id, type } of made) entries.push([hash, { id, repository, ...(type === 'OpenAI' ? {} : { type }) }]);
  return new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
