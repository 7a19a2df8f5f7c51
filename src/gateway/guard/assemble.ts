// Puts together what policies need in a gateway.
import { hkdfSync } from 'node:crypto';
import type { Clock } from '../../clock.ts';
import { VerdictCache } from '../../policy/judge/cache.ts';
import type { SnapshotPolicy } from '../../snapshot/snapshot.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { GatewayMetrics } from '../../telemetry/metrics.ts';
import type { Tables } from '../tables.ts';
import { PolicyCounts } from './counts.ts';
import { Guard } from './guard.ts';
import { JudgeMark } from './judge-mark.ts';
import { Judges } from './judges.ts';
import { Scanner } from './scanner.ts';
import { PolicySignals } from './signals.ts';
import { keyedHash } from '../../policy/hash.ts';

export interface GuardOptions {
  /** Root snapshot key: all gateways of an operator have the same. */
  key: Buffer;
  tables: () => Tables | undefined;
  clock: Clock;
  metrics: GatewayMetrics;
  logger: Logger;
  onCredentialRejected: (llm: string) => void;
}

export interface AssembledGuard {
  guard: Guard;
  counts: PolicyCounts;
  mark: JudgeMark;
  /** Call on every new snapshot: what is kept of policies and judges that are gone is forgotten in time. */
  retain(policies: Readonly<Record<string, SnapshotPolicy>>): void;
}

const HASH_KEY_BYTES = 32;

export function assembleGuard({ key, tables, clock, metrics, logger, onCredentialRejected }: GuardOptions): AssembledGuard {
  // Hashes of text stand in logs, so their key must not be of use for anything else.
  const hashKey = new Uint8Array(hkdfSync('sha256', key, '', 'policy findings', HASH_KEY_BYTES));
  const mark = new JudgeMark(key, clock);
  const counts = new PolicyCounts();
  const judges = new Judges({ tables, clock, metrics, hash: keyedHash(hashKey), mark: mark.make.bind(mark), onCredentialRejected });
  const scanner = new Scanner({ key: hashKey, clock });
  const parts = { judgeOf: judges.of.bind(judges), cache: new VerdictCache(clock) };
  const signals = new PolicySignals(metrics, logger, counts);
  const retain = (policies: Readonly<Record<string, SnapshotPolicy>>): void => {
    signals.retain(new Set(Object.keys(policies)), clock.now());
    judges.retain(Object.values(policies), clock.now());
  };
  return { guard: new Guard(scanner, parts, signals), counts, mark, retain };
}
