// Every recorded request of a dialect that callers speak, sent to every type of provider that speaks another one: what arrives is
// what the vendor's documentation allows, or the caller gets a 4xx that names the field.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProviderType } from '../../src/api/resources.ts';
import { json } from '../fake/provider.ts';
import { MODELS, startBench, type Bench } from './bench.ts';
import { apiOf, loadRecordings, type Recording } from './recordings.ts';
import { asJson, asText, type Json } from './said.ts';
import { CALLER_DIALECTS, type SurfaceApi } from './surfaces.ts';
import { validateAnthropic } from './validators/anthropic.ts';
import { validateBedrock } from './validators/bedrock.ts';
import { validateGoogle } from './validators/google.ts';
import { validateChat } from './validators/openai-chat.ts';
import type { Validate } from './validators/rules.ts';

const VALIDATORS: Partial<Record<ProviderType, { api: string; validate: Validate }>> = {
  OpenAI: { api: 'openai.chat', validate: validateChat },
  Other: { api: 'openai.chat', validate: validateChat },
  Anthropic: { api: 'anthropic.messages', validate: validateAnthropic },
  Google: { api: 'google', validate: validateGoogle },
  AWS: { api: 'bedrock', validate: validateBedrock },
};

const isSurface = (api: string | undefined): api is SurfaceApi => api !== undefined && api in CALLER_DIALECTS;
/** Requests that their own provider took. */
const ASKED = loadRecordings().filter(
  (recording) => isSurface(apiOf(recording)) && recording.request.body !== null && recording.response.status === 200,
);
/** OpenAI has both of its dialects. */
const isOwn = (api: SurfaceApi, type: ProviderType): boolean => type === 'OpenAI' && api === 'openai.responses';
const asksForStream = ({ request, api }: Recording): boolean => asJson(request.body)['stream'] === true || api.includes('stream');

/**
 * Conversations that do not begin with the user go out as they are to models that take them, as Claude does, and to providers that say
 * so themselves where they do not.
 */
const SAYS_PROVIDER = /^the first (?:message|turn) is not of the user$|^no contents$|^messages\[\d+\]: role (?:user|assistant)$/;

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
  bench.answer(json(429, {}));
});
afterAll(() => bench.close());

it('there are requests of every dialect', () => {
  expect(new Set(ASKED.map(apiOf))).toEqual(new Set(Object.keys(CALLER_DIALECTS)));
});

describe.each(ASKED.map((recording) => [`${recording.id} to ${recording.provider}, ${recording.api}`, recording] as const))(
  '%s',
  (_name, recording) => {
    const api = apiOf(recording) as SurfaceApi;
    const targets = (Object.keys(VALIDATORS) as ProviderType[]).filter((type) => VALIDATORS[type]!.api !== api && !isOwn(api, type));

    it.each(targets.flatMap((type) => MODELS[type].map((model) => [type, model] as const)))(
      'is a good one for %s, model %s',
      async (type, model) => {
        const before = bench.received.length;
        const body = { ...recording.request.body, ...(api === 'google' ? {} : { model }) };
        const reply = await bench.ask(CALLER_DIALECTS[api], model, asksForStream(recording), body);
        if (bench.received.length > before) {
          const sent = JSON.parse(bench.received.at(-1)!.body) as Json;
          const problems = VALIDATORS[type]!.validate(sent).filter((problem) => !SAYS_PROVIDER.test(problem));
          expect(problems, bench.received.at(-1)!.body.slice(0, 2000)).toEqual([]);
          return;
        }
        expect(reply.status).toBe(400);
        const error = asJson(asJson(JSON.parse(reply.body))['error']);
        expect(asText(error['message'])).toMatch(/\w+/);
        expect(reply.body).not.toContain('internal_error');
      },
    );
  },
);
