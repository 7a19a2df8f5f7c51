// Every path that applications call, in one place: which surface it belongs to and what it asks for.
import type { IncomingHttpHeaders } from 'node:http';
import type { SurfaceDialect } from '../chat/dialect.ts';
import { anthropicSurface as anthropicDialect } from '../dialects/anthropic/dialect.ts';
import { googleArraySurface as googleArrayDialect, googleSurface as googleDialect } from '../dialects/google/dialect.ts';
import { openAiChatSurface } from '../dialects/openai-chat/dialect.ts';
import { openAiResponsesSurface } from '../dialects/openai-responses/dialect.ts';
import { anthropicSurface } from './anthropic.ts';
import { googleSurface } from './google.ts';
import { openAiSurface } from './openai.ts';
import type { Surface } from './surface.ts';

interface Common {
  surface: Surface;
  /** The path as logs show it, without what callers choose. */
  label: string;
}

type CallOperation =
  | 'chat'
  | 'completions'
  | 'embeddings'
  | 'batch_embeddings'
  | 'count_tokens'
  | 'moderations'
  | 'image_generation'
  | 'image_edit'
  | 'image_variation'
  | 'speech'
  | 'transcription'
  | 'translation';

/** A call that goes to a provider. */
export interface CallRoute extends Common {
  method: 'POST';
  operation: CallOperation;
  dialect: SurfaceDialect;
  /** The provider has a model for who names none. */
  modelOptional?: true;
  /** The body is a form, not JSON. */
  form?: true;
  /** It may be JSON all the same, where its Content-Type says so. */
  orJson?: true;
  /** Where the path says what other dialects say in the body: the model, still percent-encoded. */
  model?: string;
  stream?: boolean;
}

/** A question that the gateway answers itself. */
export interface ModelsRoute extends Common {
  method: 'GET';
  operation: 'models';
  /** Of one model, still percent-encoded; undefined: all. */
  model?: string;
}

export type Route = CallRoute | ModelsRoute;

const CALLS: ReadonlyMap<string, CallRoute> = new Map(
  (
    [
      { label: '/v1/chat/completions', surface: openAiSurface, operation: 'chat', dialect: openAiChatSurface },
      { label: '/v1/responses', surface: openAiSurface, operation: 'chat', dialect: openAiResponsesSurface },
      { label: '/v1/completions', surface: openAiSurface, operation: 'completions', dialect: openAiChatSurface },
      { label: '/v1/embeddings', surface: openAiSurface, operation: 'embeddings', dialect: openAiChatSurface },
      { label: '/v1/moderations', surface: openAiSurface, operation: 'moderations', dialect: openAiChatSurface, modelOptional: true },
      { label: '/v1/images/generations', surface: openAiSurface, operation: 'image_generation', dialect: openAiChatSurface },
      { label: '/v1/audio/speech', surface: openAiSurface, operation: 'speech', dialect: openAiChatSurface },
      { label: '/v1/images/edits', surface: openAiSurface, operation: 'image_edit', dialect: openAiChatSurface, form: true, orJson: true },
      { label: '/v1/images/variations', surface: openAiSurface, operation: 'image_variation', dialect: openAiChatSurface, form: true },
      { label: '/v1/audio/transcriptions', surface: openAiSurface, operation: 'transcription', dialect: openAiChatSurface, form: true },
      { label: '/v1/audio/translations', surface: openAiSurface, operation: 'translation', dialect: openAiChatSurface, form: true },
      { label: '/v1/messages', surface: anthropicSurface, operation: 'chat', dialect: anthropicDialect },
      {
        label: '/v1/messages/count_tokens',
        surface: anthropicSurface,
        operation: 'count_tokens',
        dialect: anthropicDialect,
        stream: false,
      },
    ] as const
  ).map((route) => [route.label, { ...route, method: 'POST' }]),
);

const MODELS = '/v1/models';
const GOOGLE_VERBS: ReadonlyMap<string, CallRoute['operation']> = new Map([
  ['generateContent', 'chat'],
  ['streamGenerateContent', 'chat'],
  ['countTokens', 'count_tokens'],
  ['embedContent', 'embeddings'],
  ['batchEmbedContents', 'batch_embeddings'],
]);
/** SDKs choose the version; the dialect is the same. A model's name may hold slashes, and colons only before its verb. */
const GOOGLE_PATH = new RegExp(`^/(v1(?:beta|alpha)?)/models(?:/(.+?)(?::(${[...GOOGLE_VERBS.keys()].join('|')}))?)?$`);

function modelsRoute(surface: Surface, base: string, path: string): ModelsRoute | undefined {
  if (path === base) return { method: 'GET', operation: 'models', surface, label: base };
  const model = path.startsWith(`${base}/`) ? path.slice(base.length + 1) : '';
  return model === '' ? undefined : { method: 'GET', operation: 'models', surface, label: `${base}/{model}`, model };
}

/** `asEvents`: a stream comes as server-sent events, not as an array. */
function googleRoute(path: string, asEvents: boolean): Route | undefined {
  const [, version = '', model, verb] = GOOGLE_PATH.exec(path) ?? [];
  if (verb === undefined) return modelsRoute(googleSurface, `/${version}/models`, path);
  const stream = verb === 'streamGenerateContent';
  return {
    method: 'POST',
    operation: GOOGLE_VERBS.get(verb)!,
    surface: googleSurface,
    dialect: stream && !asEvents ? googleArrayDialect : googleDialect,
    label: `/${version}/models/{model}:${verb}`,
    model: model!,
    stream,
  };
}

function modelsSurface(headers: IncomingHttpHeaders): Surface {
  // All three dialects have this path. Anthropic's SDKs always say their version, Google's send the key in their own header.
  if (headers['anthropic-version'] !== undefined) return anthropicSurface;
  return headers['x-goog-api-key'] === undefined ? openAiSurface : googleSurface;
}

function isJson(headers: IncomingHttpHeaders): boolean {
  return /^application\/json *(?:;|$)/i.test(headers['content-type'] ?? '');
}

function withoutForm({ form: _form, ...call }: CallRoute): CallRoute {
  return call;
}

/** The route of a URL; undefined: there is none. `path` is without the query. */
export function routeOf(path: string, query: string, headers: IncomingHttpHeaders): Route | undefined {
  const call = CALLS.get(path);
  if (call !== undefined) return call.orJson === true && isJson(headers) ? withoutForm(call) : call;
  if (path.startsWith('/v1beta/') || path.startsWith('/v1alpha/') || /:\w+$/.test(path)) {
    const route = googleRoute(path, /(?:^|&)alt=sse(?:&|$)/.test(query));
    if (route !== undefined) return route;
  }
  return modelsRoute(modelsSurface(headers), MODELS, path);
}
