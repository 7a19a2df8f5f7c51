// A gateway with a connection of every type, all led to one provider, for callers who send bytes of any kind.
import { hashKey } from '../../src/api/api-key.ts';
import type { ProviderType } from '../../src/api/resources.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import type { SnapshotProvider } from '../../src/snapshot/snapshot.ts';
import type { SurfaceName } from '../../src/surfaces/surface.ts';
import { aKey, aProvider, aRepository, aSnapshot, startGateway, type RunningGateway } from '../fake/gateway.ts';
import { startProvider, type FakeProvider } from '../fake/provider.ts';

export type Json = Record<string, any>;
export type Answer = Parameters<FakeProvider['answer']>[0];

export const TYPES = Object.keys(PROVIDERS) as ProviderType[];
/** Never to be seen by a caller. */
export const SECRET = 'upstream-secret-1';

const KEYS: Record<SurfaceName, string> = { OpenAI: aKey(1), Anthropic: aKey(2), Google: aKey(3) };
const KEY_HEADERS: Record<SurfaceName, Record<string, string>> = {
  OpenAI: { authorization: `Bearer ${KEYS.OpenAI}` },
  Anthropic: { 'x-api-key': KEYS.Anthropic, 'anthropic-version': '2023-06-01' },
  Google: { 'x-goog-api-key': KEYS.Google },
};

/** What a caller of a surface sends besides its body. */
export const headersOf = (surface: SurfaceName): Record<string, string> => KEY_HEADERS[surface];

export interface Reply {
  status: number;
  headers: Headers;
  body: string;
}

export interface Stand {
  provider: FakeProvider;
  gateway: RunningGateway;
  send(surface: SurfaceName, path: string, body: string | Buffer, signal?: AbortSignal): Promise<Reply>;
  /** Lines of the gateway's log that tell of faults of its own, since the last time. */
  faults(): unknown[];
  close(): Promise<void>;
}

const ERROR_LEVEL = 50;

/** Each type of connection serves the model of its name. */
export async function startStand(timeouts: Partial<SnapshotProvider['timeouts']> = {}): Promise<Stand> {
  const patience = { connect: 2_000, response: 5_000, idle: 5_000, ...timeouts };
  const provider = await startProvider();
  const gateway = await startGateway(
    aSnapshot({
      keys: Object.fromEntries(
        Object.entries(KEYS).map(([type, key]) => [
          hashKey(key),
          { id: `key_${type}`, repository: 'team-a/chat', type: type as SurfaceName },
        ]),
      ),
      providers: Object.fromEntries(
        TYPES.map((type) => [`team-a/${type}`, aProvider(provider.url, { type, credential: { secret: SECRET }, timeouts: patience })]),
      ),
      repositories: {
        'team-a/chat': aRepository({
          surfaces: ['OpenAI', 'Anthropic', 'Google'],
          models: Object.fromEntries(TYPES.map((type) => [type, { llm: `team-a/${type}`, upstream: 'model-1' }])),
        }),
      },
    }),
  );
  return {
    provider,
    gateway,
    send: async (surface, path, body, signal) => {
      const headers = { ...headersOf(surface), 'content-type': 'application/json' };
      const response = await fetch(gateway.url + path, { method: 'POST', headers, body, ...(signal === undefined ? {} : { signal }) });
      return { status: response.status, headers: response.headers, body: await response.text() };
    },
    faults: () => gateway.logs.splice(0).filter(({ level }) => Number(level) >= ERROR_LEVEL),
    close: async () => {
      await gateway.close();
      await provider.close();
    },
  };
}
