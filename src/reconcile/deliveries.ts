// What gateways have: decides the condition Programmed.
import type { ConditionDraft } from '../api/conditions.ts';
import type { SnapshotContent } from '../snapshot/snapshot.ts';

/** First revision that held a generation of an object. */
interface Published {
  generation: number;
  since: number;
}

export class Deliveries {
  #published = new Map<string, Published>();
  #leftOut: { ids: ReadonlySet<string>; maxBytes: number } = { ids: new Set(), maxBytes: 0 };
  #delivered: { revision: number | undefined; gateways: number } | undefined;

  /** `content` went out as `revision`. */
  recordPublished(content: Pick<SnapshotContent, 'providers' | 'repositories' | 'policies'>, revision: number): void {
    const before = this.#published;
    const objects = [
      ...Object.entries(content.providers).map(([key, { generation }]) => [`provider/${key}`, generation] as const),
      ...Object.entries(content.repositories).map(([key, { generation }]) => [`repository/${key}`, generation] as const),
      ...Object.entries(content.policies).map(([key, { generation }]) => [`policy/${key}`, generation] as const),
    ];
    this.#published = new Map(
      objects.map(([id, generation]) => {
        const known = before.get(id);
        return [id, known?.generation === generation ? known : { generation, since: revision }];
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

  /**
   * Programmed of the object `id` (`provider/...`, `repository/...` or `policy/...`) at `generation`. `before`: the condition that status
   * has for the same generation; a True of that time stays while nobody can contradict it.
   */
  condition(id: string, generation: number, rejection: string | undefined, before: { status: string } | undefined): ConditionDraft {
    const type = 'Programmed';
    if (rejection !== undefined) {
      return { type, status: 'False', reason: 'Rejected', message: `a gateway refused this object: ${rejection}` };
    }
    if (this.#leftOut.ids.has(id)) {
      const size = `${Math.round(this.#leftOut.maxBytes / 2 ** 20)} MiB`;
      const message = `the snapshot would be larger than ${size} with it; limit its models`;
      return { type, status: 'False', reason: 'Rejected', message };
    }
    const published = this.#published.get(id);
    const isPublished = published?.generation === generation;
    const { revision, gateways } = this.#delivered ?? { revision: undefined, gateways: 0 };
    if (isPublished && gateways > 0 && revision !== undefined && revision >= published.since) {
      return { type, status: 'True', reason: 'Succeeded', message: 'every ready gateway has this generation' };
    }
    const known = revision !== undefined && gateways > 0;
    if (!known && before?.status === 'True' && (isPublished || this.#delivered === undefined)) {
      return { type, status: 'True', reason: 'Succeeded', message: 'every ready gateway has this generation' };
    }
    if (this.#delivered !== undefined && gateways === 0) {
      return { type, status: 'False', reason: 'NoGateways', message: 'no gateway is connected; see that the gateway pods run' };
    }
    return { type, status: 'False', reason: 'PushPending', message: 'gateways have not acknowledged this generation yet' };
  }
}
