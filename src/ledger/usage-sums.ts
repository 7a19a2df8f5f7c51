// What objects have used today and altogether, asked of the ledger for many of them at a time.
import type { Amounts, Dimension, Ledger } from './ledger.ts';

const DAY = 86_400_000;

export interface UsageSums {
  /** Since midnight, UTC. */
  today: Amounts;
  /** As far back as the ledger remembers. */
  total: Amounts;
}

/** Start of the day in UTC, in milliseconds since the epoch. */
export function startOfDay(now: number): number {
  return now - (now % DAY);
}

/** By UID; absent: the ledger knows nothing of the object. Rejects where the ledger cannot be read. */
export async function readSums(
  ledger: Pick<Ledger, 'usage'>,
  dimension: Extract<Dimension, 'repository' | 'llm'>,
  uids: readonly string[],
  now: number,
): Promise<Map<string, UsageSums>> {
  const today = startOfDay(now);
  const ask = async (from: number): Promise<Map<string, Amounts>> => {
    // Gateways whose clocks are ahead may be in tomorrow already.
    const window = { visible: 'all', from, to: today + 2 * DAY } as const;
    const rows = await ledger.usage({ ...window, groupBy: [dimension], filter: { [dimension]: uids }, conversations: false, forOperator: true });
    return new Map(rows.map(({ dimensions, amounts }) => [dimensions[dimension] ?? '', amounts]));
  };
  const [ofToday, ofAll] = [await ask(today), await ask(0)];
  return new Map([...ofAll].map(([uid, total]) => [uid, { today: ofToday.get(uid) ?? nothingLike(total), total }]));
}

function nothingLike(amounts: Amounts): Amounts {
  return Object.fromEntries(Object.keys(amounts).map((name) => [name, 0])) as Record<keyof Amounts, number>;
}
