// JSON.parse keeps the last of two members of one name, another parser may keep the first. What was looked at here must be what the provider
// reads, and the bytes go on as they came, so a body that says something twice is refused.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { GatewayError } from '../../errors.ts';
import { CLOSE_BRACE, CLOSE_BRACKET, COLON, OPEN_BRACE, OPEN_BRACKET, QUOTE, isSpace, skipString } from '../../providers/json-bytes.ts';

/** The bytes between which there is nothing to see, as one table: the way past numbers and spaces is long in some bodies. */
const STRUCTURE = new Uint8Array(256);
for (const byte of [OPEN_BRACE, OPEN_BRACKET, CLOSE_BRACE, CLOSE_BRACKET, QUOTE]) STRUCTURE[byte] = 1;

/** Bytes after which others get their turn: a body of nothing but short members takes 20 ms for a megabyte. */
const TURN = 64 * 1024;

/** `raw` must have passed JSON.parse. Rejects with GatewayError body_not_json. */
export async function checkUnambiguous(raw: Buffer): Promise<void> {
  const turns = check(raw);
  while (turns.next().done !== true) await nextTurn();
}

function* check(raw: Buffer): Generator<void, void> {
  /** Names of the objects that are open; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  const structure = STRUCTURE;
  let turn = TURN;
  for (let at = 0; at < raw.length; at++) {
    if (at >= turn) {
      yield;
      turn = at + TURN;
    }
    const byte = raw[at]!;
    if (structure[byte] === 0) continue;
    if (byte === OPEN_BRACE) open.push(new Set());
    else if (byte === OPEN_BRACKET) open.push(undefined);
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) open.pop();
    else if (byte === QUOTE) {
      const end = skipString(raw, at);
      const names = open.at(-1);
      if (names !== undefined && isName(raw, end)) note(names, raw, at, end);
      at = end - 1;
    }
  }
}

function isName(raw: Buffer, end: number): boolean {
  let at = end;
  while (isSpace(raw[at])) at++;
  return raw[at] === COLON;
}

function note(names: Set<string>, raw: Buffer, start: number, end: number): void {
  const text = raw.toString('utf8', start + 1, end - 1);
  const name = text.includes('\\') ? String(JSON.parse(`"${text}"`)) : text;
  if (!names.has(name)) return void names.add(name);
  throw new GatewayError('body_not_json', 'An object in the request body has two members of one name; parsers differ in which one they keep. Send it once.', {
    param: name.slice(0, 100),
  });
}
