// From the URL of a ledger in PostgreSQL to the settings of the driver: what is encrypted and checked, and how long anything may take.
import pg from 'pg';

export interface PostgresSettings {
  /** For questions: as many at a time as `READERS`. The rest of the connections are for those who write, so that neither waits for the other. */
  readers: pg.PoolConfig;
  writers: pg.PoolConfig;
  /** Milliseconds after which the server gives a step of a writer up. */
  statement: number;
  password: string | undefined;
}

export const READERS = 4;
const WRITERS = 2;
/** Milliseconds. A step of the ledger takes tens of them; whoever writes may have to wait for the steps of others. */
const STATEMENT = 30_000;
/** Seconds, like the parameter of libpq. */
const CONNECT = 10;
/** Milliseconds that the answer of the server, that it has given up, may be on its way. Then the connection is given up. */
export const GRACE = 2_000;
const KEEP_ALIVE = 30_000;
/** Of the URL; what else is in it is for the driver. */
const OWN = ['connect_timeout', 'statement_timeout', 'query_timeout'] as const;
/** The driver checks certificates in each of these, and says at length that it may not do so for good. */
const CHECKED = ['prefer', 'require', 'verify-ca'];

/** `question`: milliseconds that a question may take. Throws where the URL cannot be used, with what is to be done and without the password. */
export function postgresSettings(url: string, question: number): PostgresSettings {
  const [address = '', query = ''] = url.split('?', 2);
  const parameters = new URLSearchParams(query);
  const connect = numberIn(parameters, 'connect_timeout', CONNECT) * 1000;
  const statement = numberIn(parameters, 'statement_timeout', STATEMENT);
  for (const name of OWN) parameters.delete(name);
  if (CHECKED.includes(parameters.get('sslmode') ?? '') && parameters.get('uselibpqcompat') !== 'true') parameters.set('sslmode', 'verify-full');
  const common: pg.PoolConfig = {
    connectionString: parameters.size === 0 ? address : `${address}?${parameters}`,
    connectionTimeoutMillis: connect,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE,
    application_name: 'flashback',
    // Whoever writes holds the lock of all writers. One that is cut off, or stands still, must not hold it until the system notices.
    idle_in_transaction_session_timeout: statement,
  };
  const within = (ms: number): pg.PoolConfig => ({ ...common, statement_timeout: ms, query_timeout: ms + GRACE });
  const password = passwordOf(common);
  return { readers: { ...within(question), max: READERS }, writers: { ...within(statement), max: WRITERS }, statement, password };
}

/** Reads the URL, and does nothing else yet. */
function passwordOf(settings: pg.PoolConfig): string | undefined {
  try {
    return new pg.Client(settings).password ?? undefined;
  } catch (error) {
    const path = fileOf(error);
    if (path !== undefined) throw new Error(`the file ${path}, which the URL of the ledger names, cannot be read: mount it where the operator runs`);
    // What the parser says quotes the URL, and so the password.
    throw new Error('the URL of the ledger cannot be read: it has to look like postgres://user:password@host:port/database');
  }
}

function fileOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error)) return undefined;
  return 'path' in error && typeof error.path === 'string' ? error.path : undefined;
}

function numberIn(parameters: URLSearchParams, name: string, other: number): number {
  const text = parameters.get(name);
  if (text === null) return other;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${name} in the URL of the ledger has to be a whole number from 1`);
  return Number(text);
}
