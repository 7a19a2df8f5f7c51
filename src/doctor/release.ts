// Checks of what the operator keeps in its own namespace: the lease, the way to the gateways, certificates, the boot snapshot. Pure.
import { X509Certificate } from 'node:crypto';
import { newestCompleteSet, readPartHeader } from '../snapshot/seal.ts';
import { duration, judge, type Fact, type Finding } from './finding.ts';

const LOOK_AT_OPERATOR = 'see that an operator runs, and its log: kubectl get pods, kubectl logs';
/** Clocks differ: who looks is not who renewed. */
const SKEW_MS = 5_000;

export interface LeaseFact {
  holder: string;
  /** Milliseconds since the epoch; NaN: never. */
  renewedAt: number;
  /** Milliseconds. */
  duration: number;
  transitions: number;
  /** Since when the leader says that it cannot open or write the ledger, milliseconds since the epoch; undefined: it can, or has none. */
  ledgerFailingSince?: number | undefined;
}

/** Whether its holder has renewed it in time. */
export function isHeld({ holder, renewedAt, duration: length }: LeaseFact, now: number): boolean {
  return holder !== '' && now - renewedAt <= length + SKEW_MS;
}

/** `lease`: undefined where there is none. */
export function checkLease(lease: Fact<LeaseFact | undefined>, now: number): Finding {
  return judge('leader', lease, (found) => {
    if (found === undefined)
      return {
        status: 'fail',
        message: 'no operator has ever led here: there is no lease',
        fix: `${LOOK_AT_OPERATOR}; --namespace names the namespace of the release`,
      };
    if (found.holder === '')
      return { status: 'fail', message: 'no operator leads: the last one has given the lease back', fix: LOOK_AT_OPERATOR };
    const age = now - found.renewedAt;
    if (!isHeld(found, now)) {
      const since = Number.isNaN(age) ? 'has never renewed the lease' : `has not renewed the lease for ${duration(age)}`;
      return {
        status: 'fail',
        message: `${found.holder} leads, but ${since}`,
        fix: `${LOOK_AT_OPERATOR}; or the clock of this machine is wrong`,
      };
    }
    return {
      status: 'ok',
      message: `${found.holder} leads and renewed the lease ${duration(age)} ago; leadership has moved ${found.transitions} times`,
    };
  });
}

/** How long the ledger may be away while nobody needs to act: a database that is restarted. */
const LEDGER_PAUSE_MS = 60_000;

/** Whether what gateways tell is stored, by what the operator that leads says of it on its lease. */
export function checkLedger(lease: Fact<LeaseFact | undefined>, now: number): Finding {
  return judge('ledger', lease, (found) => {
    if (found === undefined || found.holder === '') return { status: 'unknown', message: 'no operator leads that could say so' };
    const { ledgerFailingSince: since } = found;
    if (since === undefined || Number.isNaN(since)) return { status: 'ok', message: 'the operator that leads can write the ledger, or has none' };
    return {
      status: now - since < LEDGER_PAUSE_MS ? 'warn' : 'fail',
      message: `nothing has got into the ledger for ${duration(now - since)}: usage and statistics are behind; gateways keep what they have to tell`,
      fix: 'see that what --ledger-url of the operator names answers and has room; its log says why it does not',
    };
  });
}

export interface GatewaysFact {
  /** Name of the push Service. */
  service: string;
  endpoints: readonly { ready?: boolean }[];
}

/** `isProgrammed`: some object says that gateways have it. */
export function checkGateways(gateways: Fact<GatewaysFact>, isProgrammed: boolean): Finding {
  return judge('gateways', gateways, ({ service, endpoints: found }) => {
    const ready = found.filter((endpoint) => endpoint.ready === true).length;
    if (found.length === 0 && isProgrammed) {
      return {
        status: 'warn',
        message: `the Service ${service} names no gateway, yet objects are Programmed: the operator was told of gateways with --gateway`,
      };
    }
    if (found.length === 0)
      return {
        status: 'fail',
        message: `the Service ${service} names no gateway`,
        fix: 'see that gateway pods run and that the labels of the Service select them',
      };
    const message = `${ready} of ${found.length} gateways are ready`;
    if (ready === 0) return { status: 'fail', message, fix: 'see the log of a gateway: it is ready once it has a snapshot' };
    return ready === found.length ? { status: 'ok', message } : { status: 'warn', message, fix: 'see the log of those that are not ready' };
  });
}

export interface CertificateFact {
  /** PEM; undefined: there is none. */
  authority: string | undefined;
  /** What gateways mount: the authority that they trust, and their certificate. */
  trusted: string | undefined;
  gateway: string | undefined;
}

interface Lifetime {
  from: number;
  to: number;
}

function lifetimeOf(pem: string): Lifetime | undefined {
  try {
    const { validFromDate, validToDate } = new X509Certificate(pem);
    return { from: validFromDate.getTime(), to: validToDate.getTime() };
  } catch {
    return undefined;
  }
}

const RENEW =
  'the operator renews them by itself; delete the Secret flashback-gateway-tls and it makes a new one, keeping nothing but the authority';

export function checkCertificates(certificates: Fact<CertificateFact>, now: number): Finding {
  return judge('push-certificates', certificates, ({ authority, trusted, gateway }) => {
    if (trusted === undefined || gateway === undefined) {
      return {
        status: 'fail',
        message: 'the Secret flashback-gateway-tls is missing or incomplete, so no gateway can be given anything',
        fix: LOOK_AT_OPERATOR,
      };
    }
    const lifetimes = [trusted, gateway, ...(authority === undefined ? [] : [authority])].map(lifetimeOf);
    const known = lifetimes.filter((lifetime) => lifetime !== undefined);
    if (known.length < lifetimes.length) return { status: 'fail', message: 'a certificate of the push channel cannot be read', fix: RENEW };
    if (authority !== undefined && authority.trim() !== trusted.trim()) {
      return {
        status: 'warn',
        message: 'gateways still mount an authority that is not the one of the operator',
        fix: 'wait a minute for the operator; if it stays so, see its log',
      };
    }
    const leaf = lifetimeOf(gateway)!;
    const first = known.reduce((a, b) => (a.to < b.to ? a : b));
    if (first.to <= now)
      return { status: 'fail', message: `a certificate of the push channel ended ${duration(now - first.to)} ago`, fix: RENEW };
    const left = `valid for ${duration(first.to - now)}`;
    // The operator renews after two thirds of the life; one that is clearly older is not looked after.
    if (now > leaf.from + (leaf.to - leaf.from) * 0.75)
      return { status: 'warn', message: `the certificate of the gateways is ${left} and should have been renewed`, fix: LOOK_AT_OPERATOR };
    return { status: 'ok', message: `the certificates of the push channel are ${left}` };
  });
}

export interface SnapshotPart {
  name: string;
  bytes: Buffer;
  /** Milliseconds since the epoch; undefined: not known. */
  writtenAt: number | undefined;
}

export function checkBootSnapshot(parts: Fact<readonly SnapshotPart[]>, now: number): Finding {
  const fix = `the operator writes it with its first snapshot; ${LOOK_AT_OPERATOR}`;
  return judge('boot-snapshot', parts, (stored) => {
    if (stored.length === 0)
      return {
        status: 'fail',
        message: 'there is no boot snapshot: a gateway that starts while the operator is away has nothing to serve',
        fix,
      };
    const newest = newestCompleteSet([...stored]);
    const header = newest[0] === undefined ? undefined : readPartHeader(newest[0].bytes);
    if (header === undefined || newest.length < header.count)
      return { status: 'fail', message: 'the boot snapshot is incomplete or cannot be read', fix };
    const times = newest.flatMap(({ writtenAt }) => writtenAt ?? []);
    const age = times.length === 0 ? '' : `, written ${duration(now - Math.max(...times))} ago`;
    return {
      status: 'ok',
      message: `the boot snapshot is complete: revision ${header.revision} in ${header.count} Secret${header.count === 1 ? '' : 's'}${age}`,
    };
  });
}
