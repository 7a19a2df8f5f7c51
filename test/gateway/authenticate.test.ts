// Keys of other dialects, before there are such surfaces.
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { hashKey } from '../../src/api/api-key.ts';
import { authenticate } from '../../src/gateway/authenticate.ts';
import { openAiSurface } from '../../src/surfaces/openai.ts';
import { buildTables, type Tables } from '../../src/gateway/tables.ts';
import type { SnapshotKey } from '../../src/snapshot/snapshot.ts';
import { APP_KEY, LOOPBACK_ALLOWED, aRepository, aSnapshot } from '../fake/gateway.ts';

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
