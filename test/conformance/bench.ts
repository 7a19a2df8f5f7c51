// One gateway with a connection of every type, all of them led to one upstream that replays recordings.
import { hashKey } from '../../src/api/api-key.ts';
import type { ProviderType } from '../../src/api/resources.ts';
import { call, type Reply } from '../fake/caller.ts';
import { aProvider, aRepository, aSnapshot, startGateway } from '../fake/gateway.ts';
import { startProvider, type FakeProvider, type ReceivedCall } from '../fake/provider.ts';
import type { SnapshotRepository } from '../../src/snapshot/snapshot.ts';
import { bytesOf, type Api, type Recording } from './recordings.ts';
import { CALLER_DIALECTS, type CallerDialect } from './surfaces.ts';

/** Which type of connection speaks it. Servers of type `Other` have chat completions only, so that Responses are translated there. */
export const TYPE_OF: Readonly<Record<Api, ProviderType>> = {
  'openai.chat': 'Other',
  'openai.responses': 'OpenAI',
  'anthropic.messages': 'Anthropic',
  google: 'Google',
  bedrock: 'AWS',
};
const TYPES = Object.values(TYPE_OF);

/** Models of each type, since what a provider takes depends on the model. */
export const MODELS: Readonly<Record<ProviderType, readonly string[]>> = {
  Other: ['openai/gpt-5-mini', 'llama-3.3-70b'],
  OpenAI: ['gpt-4.1', 'gpt-5-mini'],
  Anthropic: ['claude-sonnet-4-5'],
  Google: ['gemini-2.5-flash'],
  AWS: ['anthropic.claude-sonnet-4-5-v1:0', 'amazon.nova-lite-v1:0'],
};

export interface Bench {
  replay(recording: Recording, cut: number): void;
  /** Answers every following call. */
  answer(answer: Parameters<FakeProvider['answer']>[0]): void;
  /** What the upstream got, the latest last. */
  received: ReceivedCall[];
  /** `model`: a type of provider, or one of MODELS. */
  ask(caller: CallerDialect, model: string, stream: boolean, body?: object): Promise<Reply>;
  close(): Promise<void>;
}

/** Recorded headers that say something to the gateway; the framing is the stub's own. */
const REPLAYED = ['retry-after', 'x-amzn-errortype'];

/** Some repositories keep no headers, or those of another format than the body that they keep. */
function contentTypeOf({ stream, api, tags }: Recording): string {
  if (tags.includes('json_as_event_stream')) return 'text/event-stream';
  if (!stream) return 'application/json';
  return api === 'bedrock.converse-stream' ? 'application/vnd.amazon.eventstream' : 'text/event-stream; charset=utf-8';
}

export async function startBench(): Promise<Bench> {
  const provider = await startProvider();
  const keys = Object.fromEntries(
    Object.values(CALLER_DIALECTS).map(({ key, surface }) => [
      hashKey(key),
      { id: `key_${surface}`, repository: 'team-a/chat', type: surface },
    ]),
  );
  const gateway = await startGateway(
    aSnapshot({
      keys,
      providers: Object.fromEntries(TYPES.map((type) => [`team-a/${type}`, aProvider(provider.url, { type })])),
      repositories: {
        'team-a/chat': aRepository({
          surfaces: ['OpenAI', 'Anthropic', 'Google'],
          models: Object.fromEntries(
            TYPES.flatMap((type) => [
              [type, { llm: `team-a/${type}`, upstream: 'model-1' }],
              ...MODELS[type].map((model) => [model, { llm: `team-a/${type}`, upstream: model }]),
            ]),
          ) as SnapshotRepository['models'],
        }),
      },
    }),
  );
  return {
    received: provider.calls,
    answer: provider.answer,
    replay: (recording, cut) => {
      const bytes = bytesOf(recording);
      const { status, headers } = recording.response;
      const kept = Object.fromEntries(REPLAYED.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]]])));
      provider.answer(async (response) => {
        response.writeHead(status, { 'content-type': contentTypeOf(recording), ...kept });
        for (let at = 0; at < bytes.length; at += cut) {
          response.write(bytes.subarray(at, at + cut));
          if (cut < bytes.length) await new Promise((resolve) => setImmediate(resolve));
        }
        response.end();
      });
    },
    ask: ({ pathOf, headers, bodyOf }, model, stream, body = bodyOf(model, stream)) =>
      call({ url: gateway.url } as Parameters<typeof call>[0], {
        path: pathOf(encodeURIComponent(model), stream),
        key: null,
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    close: async () => {
      await gateway.close();
      await provider.close();
    },
  };
}
