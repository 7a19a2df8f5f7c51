// Reads and parses the body of a call: bounded, once, without copying what arrived in one piece.
import { isAscii, isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../errors.ts';
import { checkComplexity } from './body-complexity.ts';
import { topLevelMembers } from '../providers/json-splice.ts';
import { type BodyHold } from './body-budget.ts';

/** Largest accepted body: long contexts with images fit. */
export const MAX_BODY_BYTES = 32 * 1024 * 1024;

const DISCARD_FACTOR = 8;

/** The end of the name: what is looked for costs a third if it does not begin with a quote, of which JSON is full. */
const MODEL_KEY = 'model"';
const ESCAPED_ASCII = '\\u00';

function tooLarge(limit: number): GatewayError {
  return new GatewayError('body_too_large', `The request body is larger than ${limit} bytes.`);
}

/** Clients that repeat by themselves wait as long as they are told. */
function overloaded(): GatewayError {
  return new GatewayError('gateway_overloaded', 'The gateway holds as many bytes of request bodies as it may. Try again.', {
    headers: ['retry-after', '1'],
  });
}

function declaresTooMuch(request: IncomingMessage, limit: number): boolean {
  return Number(request.headers['content-length'] ?? 0) > limit;
}

/** For a caller that waits for "100 Continue": it is spared an upload that would be refused. Throws GatewayError body_too_large. */
export function checkDeclaredLength(request: IncomingMessage, limit = MAX_BODY_BYTES): void {
  if (declaresTooMuch(request, limit)) throw tooLarge(limit);
}

/**
 * Reads what is still coming of a body that nobody wants and throws it away, so that the answer is not lost to a reset and
 * the connection can be used again. Gives up after `limit` bytes; never rejects.
 */
export function discardBody(request: IncomingMessage, limit = MAX_BODY_BYTES): Promise<void> {
  return new Promise((resolve) => {
    if (request.complete || request.destroyed || declaresTooMuch(request, limit)) return resolve();
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) resolve();
    });
    request.once('end', resolve);
    request.once('close', resolve);
  });
}

/**
 * The whole body. Rejects with GatewayError body_too_large, body_incomplete, content_encoding_not_supported, or
 * gateway_overloaded where the hold is on a budget that is used up.
 */
export function readBody(request: IncomingMessage, hold?: BodyHold, limit = MAX_BODY_BYTES): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const encoding = request.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      reject(new GatewayError('content_encoding_not_supported', `Content-Encoding ${encoding} is not supported; send the body uncompressed.`));
      return;
    }
    let chunks: Buffer[] = [];
    let size = 0;
    let dropped = false;
    const drop = (): void => {
      dropped = true;
      chunks = [];
      hold?.release();
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        if (!dropped) drop();
        // An answer before the end of the upload would be lost to a reset, so some more is read and thrown away first.
        if (size > limit * DISCARD_FACTOR) reject(tooLarge(limit));
      } else if (!dropped && hold?.take(chunk.length) === false) {
        drop();
        reject(overloaded());
      } else if (!dropped) chunks.push(chunk);
    });
    request.on('end', () => {
      if (size > limit) return reject(tooLarge(limit));
      const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
      // The listeners live as long as the request, and would keep its body twice.
      chunks = [];
      return resolve(body);
    });
    const incomplete = (): void => {
      // Every request closes in the end, and an error costs a stack trace.
      if (!request.complete) reject(new GatewayError('body_incomplete', 'The connection ended before the whole body had arrived.'));
    };
    request.on('error', incomplete);
    request.on('close', incomplete);
  });
}

/**
 * JSON.parse keeps the last of two members of one name, another parser may keep the first. What is authorised here must be
 * what the provider reads, so an ambiguous model is refused.
 */
function namesModelTwice(raw: Buffer, text: string): boolean {
  const suspicious = text.includes(MODEL_KEY, text.indexOf(MODEL_KEY) + 1) || text.includes(ESCAPED_ASCII);
  return suspicious && topLevelMembers(raw).filter(({ name }) => name === 'model').length > 1;
}

/** Parses a body as a JSON object. Throws GatewayError body_not_json or body_too_complex. */
export function parseBody(raw: Buffer): Record<string, unknown> {
  const ascii = isAscii(raw);
  if (!ascii && !isUtf8(raw)) throw new GatewayError('body_not_json', 'The request body is not valid UTF-8.');
  checkComplexity(raw);
  const text = raw.toString(ascii ? 'latin1' : 'utf8');
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new GatewayError('body_not_json', 'The request body is not valid JSON.');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new GatewayError('body_not_json', 'The request body must be a JSON object.');
  }
  if (namesModelTwice(raw, text)) throw new GatewayError('body_not_json', 'The request body names "model" more than once.', { param: 'model' });
  return body as Record<string, unknown>;
}
