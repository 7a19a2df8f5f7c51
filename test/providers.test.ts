// The tables of docs/providers.md, compared with what the code does.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ProviderType } from '../src/api/resources.ts';
import { openAiChatSurface } from '../src/dialects/openai-chat/dialect.ts';
import { GatewayError } from '../src/errors.ts';
import { PROVIDERS } from '../src/providers/index.ts';
import { OPERATIONS, type GatewayRequest, type UpstreamRequest } from '../src/providers/provider.ts';
import { routeOf, type CallRoute } from '../src/surfaces/routes.ts';
import { tableOf } from './fake/markdown.ts';

const PAGE = readFileSync('docs/providers.md', 'utf8');
const ENDPOINT = 'https://provider.example.com/v1';

/** Body rows of the table whose head begins with this cell. */
function rowsBelow(head: string): string[][] {
  const table = PAGE.slice(PAGE.indexOf(`| ${head} |`)).split('\n\n')[0]!;
  return tableOf(table);
}

const codeIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1]!);

/** What callers of every dialect say in one body; each reads its own part of it. */
const ASKED = {
  messages: [{ role: 'user', content: 'Hello' }],
  contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
  content: { parts: [{ text: 'Hello' }] },
  requests: [{ content: { parts: [{ text: 'Hello' }] } }],
  input: 'Hello',
};

/** Where not every model of a type can do what is no chat. */
const UPSTREAM: Partial<Record<ProviderType, string>> = { AWS: 'amazon.titan-embed-text-v2:0' };

type Asked = Pick<GatewayRequest, 'operation' | 'dialect' | 'model' | 'body'>;

function toUpstream(type: ProviderType, asked: Asked): UpstreamRequest {
  const provider = PROVIDERS[type]!;
  const endpoint = provider.defaultEndpoint ?? ENDPOINT;
  const raw = Buffer.from(JSON.stringify(asked.body));
  return provider.toRequest({ ...asked, endpoint, upstreamModel: asked.model, stream: false, raw });
}

describe('the table of providers', () => {
  const rows = rowsBelow('provider').map(([, type, endpoint]) => ({
    type: codeIn(type!)[0] as ProviderType,
    endpoint: codeIn(endpoint!)[0],
  }));

  it('has every type, and the endpoint that it has by default', () => {
    expect([...new Set(rows.map(({ type }) => type))].toSorted()).toEqual(Object.keys(PROVIDERS).toSorted());
    const documented = Object.fromEntries(rows.flatMap(({ type, endpoint }) => (endpoint === undefined ? [] : [[type, endpoint]])));
    const actual = Object.values(PROVIDERS).filter(({ defaultEndpoint }) => defaultEndpoint !== undefined);
    expect(documented).toEqual(Object.fromEntries(actual.map(({ type, defaultEndpoint }) => [type, defaultEndpoint])));
  });
});

describe('the table of surfaces', () => {
  const HEADERS: Record<string, Record<string, string>> = {
    OpenAI: {},
    Anthropic: { 'anthropic-version': '2023-06-01' },
    Google: { 'x-goog-api-key': 'k' },
  };
  const rows = rowsBelow('surface in `spec.surfaces`').map(([surface, paths, key]) => ({
    surface: codeIn(surface!)[0]!,
    paths: codeIn(paths!),
    key: codeIn(key!)[0]!,
  }));

  it('has every surface', () => {
    expect(rows.map(({ surface }) => surface)).toEqual(Object.keys(HEADERS));
  });

  it.each(rows)('has paths of $surface that the gateway serves', ({ surface, paths, key }) => {
    expect(paths.length).toBeGreaterThan(1);
    for (const call of paths) {
      const [method, path] = call.split(' ');
      const route = routeOf(path!.replace('{id}', 'small-1'), '', HEADERS[surface]!);
      expect([route?.method, route?.surface.name], call).toEqual([method, surface]);
      expect(route?.surface.keyHeader ?? 'Authorization: Bearer').toBe(key);
    }
  });
});

describe('the table of what is no chat', () => {
  const serves = (type: ProviderType, asked: Asked): boolean => {
    try {
      return toUpstream(type, asked).path !== '';
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'operation_not_supported') return false;
      throw error;
    }
  };

  const rows = rowsBelow('call that is no chat');
  const routeOfCall = (call: string): CallRoute => {
    const route = routeOf(codeIn(call)[0]!.split(' ')[1]!.replace('{id}', 'small-1'), '', {});
    if (route?.method !== 'POST') throw new Error(`${call} is no call of the gateway`);
    return route;
  };

  it('has every operation', () => {
    const documented = new Set(rows.map(([call]) => routeOfCall(call!).operation));
    expect(OPERATIONS.filter((operation) => operation !== 'chat' && !documented.has(operation))).toEqual([]);
  });

  it.each(rows)('says who serves %s', (call, types) => {
    const route = routeOfCall(call!);
    const { operation, dialect } = route;
    const all = Object.keys(PROVIDERS) as ProviderType[];
    const serving = all.filter((type) => {
      const model = UPSTREAM[type] ?? 'small-1';
      return serves(type, { operation, dialect, model, body: { model, ...ASKED } });
    });
    expect(codeIn(types!).toSorted()).toEqual(serving.toSorted());
  });
});

describe('the table of fields', () => {
  const [, ...heads] = /^\| in the body \|.*$/m.exec(PAGE)![0].split('|').slice(1, -1);
  const models = heads.map((head) => ({ type: head.trim().split(' ')[0] as ProviderType, model: codeIn(head)[0]! }));

  it.each(rowsBelow('in the body'))('says what becomes of %s', (field, ...cells) => {
    const fields = JSON.parse(codeIn(field)[0]!) as object;
    const outcomes = models.map(({ type, model }) => {
      const body = { model, messages: ASKED.messages, ...fields };
      const { losses } = toUpstream(type, { operation: 'chat', dialect: openAiChatSurface, model, body });
      const names = losses?.names ?? [];
      if (names.length > 0) expect(names).toEqual(Object.keys(fields));
      return names.length === 0 ? 'kept' : 'named';
    });
    expect(cells).toEqual(outcomes);
  });
});
