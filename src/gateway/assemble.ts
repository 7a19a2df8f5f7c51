// What every process that serves is put together from: the state that takes snapshots, and the server that answers from it.
import type { Clock } from '../clock.ts';
import type { AddressPolicy } from '../providers/addresses.ts';
import type { PodIdentityPolicy } from '../providers/pod-identity.ts';
import type { Logger } from '../telemetry/log.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { GatewayMetrics } from '../telemetry/metrics.ts';
import { BodyBudget } from './body-budget.ts';
import type { GatewayLedger } from './ledger/assemble.ts';
import { assembleGuard } from './guard/assemble.ts';
import type { PolicyCounts } from './guard/counts.ts';
import { GatewayServer } from './server.ts';
import { GatewayState } from './state.ts';
import { buildTables, retirePools, type Tables } from './tables.ts';

export interface GatewayOptions {
  /** Root snapshot key, 32 bytes. */
  key: Buffer;
  addresses: AddressPolicy;
  /** Whose connections may use the identity of this pod. */
  mayUsePodIdentity: PodIdentityPolicy;
  metrics: GatewayMetrics;
  clock: Clock;
  logger: Logger;
  /** Takes one line for each request; `logger` unless given. */
  accessLog?: Logger;
  onCredentialRejected: (llm: string) => void;
  /** What all request bodies together may take. */
  bodyBudgetBytes: number;
  /** Keeps what the ledger is to know; undefined: nobody wants to know. */
  ledger: Pick<GatewayLedger, 'open'> | undefined;
}

export interface AssembledGateway {
  state: GatewayState<Tables>;
  server: GatewayServer;
  /** What policies have done so far. */
  counts: PolicyCounts;
}

/** The server answers from whatever snapshot the state has in force. */
export function assembleGateway({ key, addresses, mayUsePodIdentity, bodyBudgetBytes, ...shared }: GatewayOptions): AssembledGateway {
  const prepare = (snapshot: Snapshot, previous: Tables | undefined): Tables => buildTables(snapshot, previous, addresses, mayUsePodIdentity);
  const state = new GatewayState<Tables>({ ...shared, key, prepare });
  const tables = (): Tables | undefined => state.current?.prepared;
  const guard = assembleGuard({ ...shared, key, tables });
  const server = new GatewayServer({ ...shared, tables, guard, bodyBudget: new BodyBudget(bodyBudgetBytes) });
  state.onApplied((current, previous) => {
    server.onTables(current.prepared);
    guard.retain(current.snapshot.policies);
    if (previous !== undefined) retirePools(previous.prepared, current.prepared);
  });
  return { state, server, counts: guard.counts };
}
