// A gateway between unmodified SDKs and one provider of any type, which keeps what it was asked.
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { hashKey } from '../../src/api/api-key.ts';
import type { ProviderType } from '../../src/api/resources.ts';
import { PROVIDERS } from '../../src/providers/index.ts';
import { aKey, aProvider, aRepository, aSnapshot, startGateway, type RunningGateway } from '../fake/gateway.ts';
import { startProvider, type FakeProvider } from '../fake/provider.ts';
import { RESPONSES, UPSTREAMS } from './upstreams.ts';

const SURFACES = ['OpenAI', 'Anthropic', 'Google'] as const;
export const KEYS = { OpenAI: aKey(1), Anthropic: aKey(2), Google: aKey(3) };
export const TYPES = Object.keys(PROVIDERS) as ProviderType[];
export const MODEL = 'small-1';

export type Answer = Parameters<FakeProvider['answer']>[0];
export type Json = Record<string, any>;

/** Models that think, by the names that their providers have for them. */
export const THINKERS = {
  Anthropic: 'claude-sonnet-4-5',
  Google: 'gemini-2.5-flash',
  AWS: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
} as const;

export const streams = (url: string, body: string): boolean => body.includes('"stream":true') || /stream/i.test(url);

/** Answers any question in the provider's own dialect with the same few words. */
export function words(type: ProviderType): Answer {
  return (response, { url, body }) => {
    const asStream = streams(url, body);
    const upstream = url.endsWith('/responses') ? RESPONSES : UPSTREAMS[type];
    response.writeHead(200, { 'content-type': asStream ? upstream.streamType : 'application/json' });
    response.end(asStream ? upstream.stream('words') : upstream.whole('words'));
  };
}

export class Stage {
  readonly #gateway: RunningGateway;
  readonly provider: FakeProvider;
  /** Headers of the last answer that a caller got. */
  #headers = new Headers();
  readonly url: string;
  /** For SDKs that are not made here. */
  readonly fetch: typeof fetch;
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
  readonly google: GoogleGenAI;

  private constructor(gateway: RunningGateway, provider: FakeProvider) {
    this.#gateway = gateway;
    this.provider = provider;
    this.url = gateway.url;
    const seen = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
      const response = await fetch(input, init);
      this.#headers = response.headers;
      return response;
    };
    this.fetch = seen;
    this.openai = new OpenAI({ apiKey: KEYS.OpenAI, baseURL: `${gateway.url}/v1`, maxRetries: 0, fetch: seen });
    this.anthropic = new Anthropic({ apiKey: KEYS.Anthropic, baseURL: gateway.url, maxRetries: 0, fetch: seen });
    this.google = new GoogleGenAI({ apiKey: KEYS.Google, vertexai: false, httpOptions: { baseUrl: gateway.url } });
  }

  static async start(): Promise<Stage> {
    const [provider, gateway] = await Promise.all([startProvider(), startGateway(undefined)]);
    return new Stage(gateway, provider);
  }

  async close(): Promise<void> {
    await this.#gateway.close();
    await this.provider.close();
  }

  /** Puts a provider of this type behind the model. `upstream`: its name there. */
  serve(type: ProviderType, answer: Answer = words(type), upstream = MODEL): void {
    const keys = Object.fromEntries(
      SURFACES.map((surface) => [hashKey(KEYS[surface]), { id: `key_${surface}`, repository: 'team-a/chat', type: surface }]),
    );
    const models = { [MODEL]: { llm: 'team-a/main', upstream } };
    const repositories = { 'team-a/chat': aRepository({ surfaces: [...SURFACES], models }) };
    this.#gateway.apply(aSnapshot({ keys, providers: { 'team-a/main': aProvider(this.provider.url, { type }) }, repositories }));
    this.provider.answer(answer);
    this.#headers = new Headers();
  }

  /** The body of the last call that reached the provider. */
  get asked(): Json {
    return JSON.parse(this.provider.calls.at(-1)!.body) as Json;
  }

  /** What the caller was told is missing. Google's SDK hands the headers out with the answer instead. */
  dropped(headers?: Record<string, string>): string[] {
    const told = headers === undefined ? this.#headers.get('x-flashback-dropped') : headers['x-flashback-dropped'];
    return (told ?? '').split(', ').filter((name) => name !== '');
  }
}
