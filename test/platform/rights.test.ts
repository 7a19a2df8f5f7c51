// Every operation of the list, asked by somebody without rights: refused, or answered with nothing.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/platform/operations.ts';
import type { Schema } from '../../src/platform/operation.ts';
import { startPlatform, type RunningPlatform } from '../fake/platform.ts';

let platform: RunningPlatform;
const ids = { llm: '', repo: '', policy: '' };

const nothing = async () => ({ rows: [], total: 0 });
const CONVERSATION = { id: 'c1', workspace: 'team', repository: '', createdBy: 'somebody', createdAt: 0, updatedAt: 0, tokensIn: 0, tokensOut: 0 };

beforeAll(async () => {
  platform = await startPlatform({
    services: { homes: { homesOf: () => ['home'] } },
    ledger: { usage: async () => [], countUsage: async () => 0, violations: nothing, violationSums: async () => [], alerts: nothing, conversations: nothing, conversation: async () => ({ ...CONVERSATION, repository: ids.repo }) },
  });
  ids.llm = platform.objects.put('AILLMConfig', 'team', 'llm', { type: 'OpenAI' }).metadata.uid;
  ids.repo = platform.objects.put('Repository', 'team', 'repo', { llms: [{ name: 'llm' }] }).metadata.uid;
  ids.policy = platform.objects.put('AIPolicy', 'team', 'policy', { scope: 'Workspace', content: 'Be kind.', riskType: 'Low', action: 'Log' }).metadata.uid;
});
afterAll(() => platform.close());

function idFor(name: string, path: string): string {
  if (/repo/i.test(name) || path.startsWith('/repo/')) return name === 'apikeyId' ? 'key_000000000000' : ids.repo;
  if (path.startsWith('/conversation')) return CONVERSATION.id;
  return path.startsWith('/policy') ? ids.policy : ids.llm;
}

/** Something that the schema takes, by what a field is called. */
function sample(name: string, schema: Schema): unknown {
  if (name === 'workspaceId') return 'team';
  if (name === 'orgId') return 'default';
  if (name === 'id' || name === 'repoId') return ids.repo;
  if (schema['enum'] !== undefined) return (schema['enum'] as unknown[])[0];
  if (schema['properties'] !== undefined) return filled(schema);
  switch ([schema['type']].flat()[0]) {
    case 'array':
      return [sample('', (schema['items'] ?? {}) as Schema)];
    case 'integer':
    case 'number':
      return schema['minimum'] ?? 1;
    case 'boolean':
      return true;
    default:
      return schema['format'] === 'date-time' ? '2026-11-25T08:00:00Z' : 'text';
  }
}

function filled(schema: Schema): Record<string, unknown> {
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>;
  return Object.fromEntries(((schema['required'] ?? []) as string[]).map((name) => [name, sample(name, properties[name] ?? {})]));
}

/** Everything that a list or a number could give away. */
function tells(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.values(value).some(tells);
  return typeof value === 'number' && value !== 0;
}

/** What an answer says of the question itself. */
const OWN_WORDS = new Set(['success', 'skip', 'take', 'meta', 'series', 'message', 'results']);

describe.each(OPERATIONS)('$id', ({ method, path, body, query = {} }) => {
  it('tells and does nothing for somebody without rights', async () => {
    const before = JSON.stringify([platform.objects.list('AILLMConfig'), platform.objects.list('Repository'), platform.objects.list('AIPolicy')]);
    const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => idFor(name, path));
    const required = Object.entries(query).filter(([, schema]) => schema['required'] === true);
    const parameters = new URLSearchParams(required.map(([name, schema]) => [name, String(sample(name, schema))]));
    const reply = await platform.call(method.toUpperCase(), `${url}?${parameters.toString()}`, { token: 'nobody', ...(body === undefined ? {} : { body: filled(body) }) });
    if (reply.status === 200) {
      const told = Object.entries(reply.body).filter(([name, value]) => !OWN_WORDS.has(name) && tells(value));
      expect(told.map(([name]) => name)).toEqual([]);
    } else {
      // Whether there is a conversation with an id is nobody else's business.
      expect(path.startsWith('/conversation/') ? [403, 404] : [403]).toContain(reply.status);
      expect(reply.body.success).toBe(false);
    }
    expect(JSON.stringify([platform.objects.list('AILLMConfig'), platform.objects.list('Repository'), platform.objects.list('AIPolicy')])).toBe(before);
    expect(platform.ledger.audits).toEqual([]);
  });
});
