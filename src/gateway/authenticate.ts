// From the key that a request carries to the repository it opens. One hash and one Map lookup for a good key.
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { hashKey, isWellFormedKey } from '../api/api-key.ts';
import { GatewayError } from '../errors.ts';
import type { Surface } from '../surfaces/surface.ts';
import type { KeyEntry, Tables } from './tables.ts';

const MAX_KEY_LENGTH = 512;
/** Our keys are much shorter; blanks around them are no reason to keep kilobytes on each of many connections. */
const MAX_KEPT_LENGTH = 128;

const LATEST = Symbol('latest key');
/** SDKs send the same header with every request of a connection, so the hash of a good key is kept there for as long as that lives. */
type Connection = Socket & { [LATEST]?: { header: string; hash: string } | undefined };

/** The header that carries the key: that of the surface, else Authorization. */
function keyHeaderOf({ headers }: IncomingMessage, { keyHeader }: Surface): string {
  const own = keyHeader === undefined ? undefined : headers[keyHeader];
  return typeof own === 'string' && own !== '' ? own : (headers.authorization ?? '');
}

function tokenIn(header: string, { keyHeader }: Surface): string {
  if (header === '') {
    const alternative = keyHeader === undefined ? '' : `, or as "${keyHeader}: sk-..."`;
    throw new GatewayError('key_missing', `No API key was given. Send it as "Authorization: Bearer sk-..."${alternative}.`);
  }
  const token = /^Bearer +(\S+) *$/i.exec(header)?.[1] ?? (keyHeader === undefined ? undefined : /^\S+$/.exec(header)?.[0]);
  if (token === undefined || token.length > MAX_KEY_LENGTH) {
    throw new GatewayError('key_malformed', 'The Authorization header is not of the form "Bearer sk-...".');
  }
  return token;
}

function explainUnknownKey(token: string, hash: string, tables: Tables): GatewayError {
  if (tables.revokedKeys.has(hash)) return new GatewayError('key_revoked', 'This API key was revoked. Take the current one from its Secret.');
  if (isWellFormedKey(token)) return new GatewayError('key_unknown', 'This API key does not exist here.');
  return new GatewayError('key_malformed', 'This is not a key of this gateway, or it has a typo: its checksum is wrong.');
}

/** A key for another dialect would work here by accident only, so it does not. */
function checkSurface({ type }: KeyEntry, { name }: Surface): void {
  if (type !== name) throw new GatewayError('key_of_other_surface', `This API key is for the ${type} surface; this is the ${name} surface.`);
}

function entryOf(hash: string, header: string, surface: Surface, tables: Tables, now: number): KeyEntry {
  const entry = tables.keys.get(hash);
  if (entry === undefined) throw explainUnknownKey(tokenIn(header, surface), hash, tables);
  if (now >= entry.expiresAt) throw new GatewayError('key_expired', `This API key expired at ${new Date(entry.expiresAt).toISOString()}.`);
  checkSurface(entry, surface);
  return entry;
}

/** The entry of the key that the request carries. Throws GatewayError key_*. */
export function authenticate(request: IncomingMessage, surface: Surface, tables: Tables, now: number): KeyEntry {
  const connection: Connection = request.socket;
  const header = keyHeaderOf(request, surface);
  const kept = connection[LATEST]?.header === header ? connection[LATEST] : undefined;
  // Who is refused leaves nothing of what was sent in the memory of the gateway.
  connection[LATEST] = undefined;
  const hash = kept?.hash ?? hashKey(tokenIn(header, surface));
  const entry = entryOf(hash, header, surface, tables, now);
  if (header.length <= MAX_KEPT_LENGTH) connection[LATEST] = kept ?? { header, hash };
  return entry;
}
