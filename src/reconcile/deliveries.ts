// What gateways have: decides the condition Programmed. That goes by the form that they were given: tests that pass, or labels of a
// namespace, change what they have to do without a new generation of the object. Of connections the generation counts alone, since
// status says nothing of a credential that follows another.
import { isDeepStrictEqual } from 'node:util';
import type { ConditionDraft } from '../api/conditions.ts';
import type { SnapshotContent, SnapshotPolicy } from '../snapshot/snapshot.ts';

/** First revision that held an object in this form. */
interface Published {
  generation: number;
  /** All that status describes, as gateways have it. */
  form: readonly unknown[];
  since: number;
}

/** What Programmed is asked about. */
export interface ProgrammedObject {
  /** `provider/...`, `repository/...` or `policy/...`. */
  id: string;
  generation: number;
  /** Of a policy: as it should be at gateways now. */
  policy?: SnapshotPolicy | undefined;
  /** Why a gateway has refused it. */
  rejection: string | undefined;
  /** The condition that status has for the same generation; a True of that time stays while nobody can contradict it. */
  before: { status: string } | undefined;
}

/** Keys of the repositories that each policy applies to. */
function repositoriesByPolicy({ repositories }: Pick<SnapshotContent, 'repositories'>): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const [key, { policies = [] }] of Object.entries(repositories)) {
    for (const policy of policies) {
      const own = found.get(policy);
      if (own === undefined) found.set(policy, [key]);
      else own.push(key);
    }
  }
  return found;
}

export class Deliveries {
  #published = new Map<string, Published>();
  #leftOut: { ids: ReadonlySet<string>; maxBytes: number } = { ids: new Set(), maxBytes: 0 };
  #delivered: { revision: number | undefined; gateways: number } | undefined;

  /** `content` went out as `revision`. */
  recordPublished(content: Pick<SnapshotContent, 'providers' | 'repositories' | 'policies'>, revision: number): void {
    const before = this.#published;
    const governed = repositoriesByPolicy(content);
    const { providers, repositories, policies } = content;
    const objects: [id: string, generation: number, form: readonly unknown[]][] = [
      ...Object.entries(providers).map(([key, { generation }]) => [`provider/${key}`, generation, []] satisfies [string, number, []]),
      ...Object.entries(repositories).map(([key, form]) => [`repository/${key}`, form.generation, [form]] satisfies [string, number, unknown[]]),
      ...Object.entries(policies).map(
        ([key, form]) => [`policy/${key}`, form.generation, [form, governed.get(key)]] satisfies [string, number, unknown[]],
      ),
    ];
    this.#published = new Map(
      objects.map(([id, generation, form]) => {
        const known = before.get(id);
        const isSame = known?.generation === generation && isDeepStrictEqual(known.form, form);
        return [id, { generation, form, since: isSame ? known.since : revision }];
      }),
    );
  }

  /** `ids` are kept from gateways, because a snapshot with them would have more than `maxBytes` bytes. */
  recordLeftOut(ids: ReadonlySet<string>, maxBytes: number): void {
    this.#leftOut = { ids, maxBytes };
  }

  /** `revision`: the highest that every ready gateway has acknowledged, undefined if there is none yet. Answers whether it is news. */
  recordDelivered(revision: number | undefined, gateways: number): boolean {
    const before = this.#delivered;
    if (before !== undefined && before.revision === revision && before.gateways === gateways) return false;
    this.#delivered = { revision, gateways };
    return true;
  }

  condition(object: ProgrammedObject): ConditionDraft {
    const { id, rejection, before } = object;
    const type = 'Programmed';
    if (rejection !== undefined) {
      return { type, status: 'False', reason: 'Rejected', message: `a gateway refused this object: ${rejection}` };
    }
    if (this.#leftOut.ids.has(id)) {
      const size = `${Math.round(this.#leftOut.maxBytes / 2 ** 20)} MiB`;
      const message = `the snapshot would be larger than ${size} with it; limit its models`;
      return { type, status: 'False', reason: 'Rejected', message };
    }
    const since = this.#publishedSince(object);
    const isPublished = since !== undefined;
    const { revision, gateways } = this.#delivered ?? { revision: undefined, gateways: 0 };
    if (isPublished && gateways > 0 && revision !== undefined && revision >= since) {
      return { type, status: 'True', reason: 'Succeeded', message: 'every ready gateway has it as status describes it' };
    }
    const known = revision !== undefined && gateways > 0;
    if (!known && before?.status === 'True' && (isPublished || this.#delivered === undefined)) {
      return { type, status: 'True', reason: 'Succeeded', message: 'every ready gateway has it as status describes it' };
    }
    if (this.#delivered !== undefined && gateways === 0) {
      return { type, status: 'False', reason: 'NoGateways', message: 'no gateway is connected; see that the gateway pods run' };
    }
    return { type, status: 'False', reason: 'PushPending', message: 'gateways have not acknowledged it yet as status describes it' };
  }

  /** First revision that has all that the object needs; undefined: none has it yet. */
  #publishedSince({ id, generation, policy }: ProgrammedObject): number | undefined {
    const published = this.#published.get(id);
    if (published?.generation !== generation) return undefined;
    if (policy === undefined) return published.since;
    if (!isDeepStrictEqual(published.form[0], policy)) return undefined;
    const judge = policy.judge?.llm;
    // Without a judge it acts as its failure mode says, and the policy says so itself.
    return Math.max(published.since, this.#published.get(`provider/${judge}`)?.since ?? 0);
  }
}
