// Keys of other dialects, before there are such surfaces; and what a connection remembers of them.
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { authenticate } from '../../src/gateway/authenticate.ts';
import { openAiSurface } from '../../src/surfaces/openai.ts';
import { buildTables, type Tables } from '../../src/gateway/tables.ts';
import type { SnapshotKey } from '../../src/snapshot/snapshot.ts';
import { APP_KEY, LOOPBACK_ALLOWED, aKey, aRepository, aSnapshot } from '../fake/gateway.ts';

function tablesWith(type: SnapshotKey['type']): Tables {
  const snapshot = aSnapshot({ repositories: { 'team-a/chat': aRepository({ models: {} }) } });
  const tables = buildTables(snapshot, undefined, LOOPBACK_ALLOWED);
  const hash = hashKey(APP_KEY);
  const typed = { ...tables.keys.get(hash)!, ...(type === undefined ? {} : { type }) };
  tables.keys.set(hash, typed);
  return tables;
}

const request = { headers: { authorization: `Bearer ${APP_KEY}` }, socket: {} } as IncomingMessage;

describe('a key', () => {
  it.each(['Anthropic', 'Google'] as const)('for the %s surface does not open the one of OpenAI', (type) => {
    expect(() => authenticate(request, openAiSurface, tablesWith(type), 0)).toThrow(
      expect.objectContaining({ code: 'key_of_other_surface', message: `This API key is for the ${type} surface; this is the OpenAI surface.` }),
    );
  });

  it.each(['OpenAI', undefined] as const)('of type %s opens it', (type) => {
    expect(authenticate(request, openAiSurface, tablesWith(type), 0).id).toBe('key_app');
  });
});

describe('a connection', () => {
  type Kept = { header: string; hash: string } | undefined;
  const tables = tablesWith(undefined);
  const AUTHORIZATION = `Bearer ${APP_KEY}`;

  /** Sends these headers one after the other on one connection; what it then remembers, and how often a key was refused. */
  function sending(now: number, ...headers: (string | undefined)[]): { kept: Kept; refused: number } {
    const socket = {};
    let refused = 0;
    for (const authorization of headers) {
      try {
        authenticate({ headers: { authorization }, socket } as IncomingMessage, openAiSurface, tables, now);
      } catch {
        refused++;
      }
    }
    const [kept] = Object.getOwnPropertySymbols(socket).map((name) => (socket as Record<symbol, Kept>)[name]);
    return { kept, refused };
  }

  it('remembers the hash of a good key', () => {
    expect(sending(0, AUTHORIZATION)).toEqual({ kept: { header: AUTHORIZATION, hash: hashKey(APP_KEY) }, refused: 0 });
    expect(sending(0, AUTHORIZATION, AUTHORIZATION)).toEqual(sending(0, AUTHORIZATION));
  });

  it.each([
    ['an unknown key', `Bearer ${aKey(7)}`],
    ['no key', undefined],
    ['a header of another form', 'Basic abc'],
  ])('remembers nothing of %s, nor of the good key before it', (_what, bad) => {
    expect(sending(0, bad)).toEqual({ kept: undefined, refused: 1 });
    expect(sending(0, AUTHORIZATION, bad)).toEqual({ kept: undefined, refused: 1 });
  });

  it('remembers no key that has expired', () => {
    expect(sending(Infinity, AUTHORIZATION)).toEqual({ kept: undefined, refused: 1 });
  });

  it('remembers no header that is long beyond need', () => {
    expect(sending(0, `Bearer ${' '.repeat(8_000)}${APP_KEY}`)).toEqual({ kept: undefined, refused: 0 });
  });
});
