// What routes of the second version ask the ledger: of a stretch, with or without what conversations of the Platform API used.
import type { Dimension, Ledger, UsageQuestion, UsageRow, Visible } from '../../ledger/ledger.ts';
import type { Objects } from '../operation.ts';
import { chatKeyIds } from './chat-keys.ts';
import { isNobody, type Scoped } from './visible.ts';
import type { Stretch } from './window.ts';

/** Traffic of applications, of conversations, or both. */
export type Traffic = 'applications' | 'conversations' | 'all';

export type Filter = Partial<Record<Dimension, readonly string[]>>;

export interface Asked extends Scoped {
  stretch: Stretch;
  traffic: Traffic;
  groupBy: readonly Dimension[];
  filter: Filter;
  /** One row per bucket, or one for all. */
  buckets: boolean;
  /** Whether different conversations are counted. */
  conversations: boolean;
}

function questionOf({ visible, repository, stretch, filter, buckets, ...rest }: Asked & { visible: Visible }): UsageQuestion {
  const { groupBy, conversations } = rest;
  const wanted = repository === undefined ? filter : { ...filter, repository: [repository] };
  const { start, end, bucket } = stretch;
  return { visible, from: start, to: end, groupBy, filter: wanted, conversations, ...(buckets ? { bucket } : {}) };
}

/** Rows without order. */
export async function usageRows(asked: Asked, { ledger, objects }: { ledger: Ledger; objects: Objects }): Promise<UsageRow[]> {
  const { visible, traffic, filter, repository } = asked;
  if (isNobody(visible)) return [];
  if (traffic === 'all') return ledger.usage(questionOf(asked));
  // A filter by keys leaves those of conversations that are among them.
  const keys = chatKeyIds(objects, repository).filter((id) => filter.key?.includes(id) ?? true);
  // One question: the difference of two would count what is stored between them for the wrong one.
  if (traffic === 'applications') return ledger.usage({ ...questionOf(asked), withoutKeys: keys });
  return keys.length === 0 ? [] : ledger.usage(questionOf({ ...asked, filter: { ...filter, key: keys } }));
}
