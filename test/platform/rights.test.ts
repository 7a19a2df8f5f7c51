// Every operation of the list, asked by somebody without rights: refused, or answered with nothing, in the words for what is not there.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../src/platform/operations.ts';
import type { Schema } from '../../src/platform/operation.ts';
import { startPlatform, type PlatformReply, type RunningPlatform } from '../fake/platform.ts';

let platform: RunningPlatform;
const ids = { llm: '', repo: '', policy: '' };

const nothing = async () => ({ rows: [], total: 0 });
const CONVERSATION = { id: 'conversation-1', workspace: 'team', repository: '', createdBy: 'somebody', createdAt: 0, updatedAt: 0, tokensIn: 0, tokensOut: 0 };

beforeAll(async () => {
  platform = await startPlatform({
    services: { homes: { homesOf: () => ['home'] } },
    ledger: { usage: async () => [], countUsage: async () => 0, violations: nothing, violationSums: async () => [], alerts: nothing, conversations: nothing, conversation: async (id) => (id === CONVERSATION.id ? { ...CONVERSATION, repository: ids.repo } : undefined) },
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

interface Asked {
  method: string;
  url: string;
  body: string | undefined;
}

function requestOf({ method, path, body, query = {} }: (typeof OPERATIONS)[number]): Asked {
  const url = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => idFor(name, path));
  const asked = Object.entries(query).filter(([name, schema]) => schema['required'] === true || name === 'id' || name === 'aiLlmId');
  const parameters = new URLSearchParams(asked.map(([name, schema]) => [name, String(name === 'scope' ? 'repo' : name === 'aiLlmId' ? ids.llm : sample(name, schema))]));
  return { method: method.toUpperCase(), url: `${url}?${parameters.toString()}`, body: body === undefined ? undefined : JSON.stringify(filled(body)) };
}

/** With ids that nobody has. */
function madeUp(text: string): string {
  return [...Object.values(ids), CONVERSATION.id].reduce((all, id) => all.replaceAll(id, 'made-up'), text);
}

const ask = ({ method, url, body }: Asked): Promise<PlatformReply> => platform.call(method, url, { token: 'nobody', ...(body === undefined ? {} : { raw: body }) });

describe.each(OPERATIONS)('$id', (operation) => {
  it('says of an id that the caller may not see what it says of one that nobody has', async () => {
    const asked = requestOf(operation);
    const { status, body } = await ask(asked);
    const other = await ask({ ...asked, url: madeUp(asked.url), body: asked.body === undefined ? undefined : madeUp(asked.body) });
    expect([status, madeUp(JSON.stringify(body))]).toEqual([other.status, JSON.stringify(other.body)]);
  });

  it('tells and does nothing for somebody without rights', async () => {
    const before = JSON.stringify([platform.objects.list('AILLMConfig'), platform.objects.list('Repository'), platform.objects.list('AIPolicy')]);
    const asked = requestOf(operation);
    const reply = await ask(asked);
    if (reply.status === 200) {
      const told = Object.entries(reply.body).filter(([name, value]) => !OWN_WORDS.has(name) && tells(value));
      expect(told.map(([name]) => name)).toEqual([]);
    } else {
      // Whether there is something with an id is nobody else's business.
      expect(reply.status).toBe(madeUp(JSON.stringify(asked)) === JSON.stringify(asked) ? 403 : 404);
      expect(reply.body.success).toBe(false);
    }
    expect(JSON.stringify([platform.objects.list('AILLMConfig'), platform.objects.list('Repository'), platform.objects.list('AIPolicy')])).toBe(before);
    expect(platform.ledger.audits).toEqual([]);
  });
});
