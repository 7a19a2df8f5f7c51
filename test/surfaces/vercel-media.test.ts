// Images and documents that the Vercel AI SDK takes for a prompt, in front of every type of provider.
import { generateText } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage, TYPES } from './stage.ts';
import { VERCEL } from './vercel.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk';
const PDF = 'JVBERi0xLjQKJcfsj6IKNSAwIG9iago8PC9MZW5ndGggNiAwIFI=';
const MEDIA = [
  { what: 'an image', mediaType: 'image/png', data: PNG },
  { what: 'a PDF', mediaType: 'application/pdf', data: PDF },
];

describe.each(Object.keys(VERCEL))('the AI SDK with its provider %s', (name) => {
  it.each(MEDIA.flatMap((medium) => TYPES.map((type) => ({ ...medium, type }))))(
    'brings $what to a provider of type $type',
    async ({ mediaType, data, type }) => {
      stage.serve(type);
      const { model, options } = VERCEL[name]!;
      const file = { type: 'file' as const, mediaType, data: Buffer.from(data, 'base64'), filename: 'a' };
      const content = [{ type: 'text' as const, text: 'Read this.' }, file];
      const ask = { model: model(stage), providerOptions: options, maxRetries: 0, maxOutputTokens: 500 };
      await generateText({ ...ask, messages: [{ role: 'user', content }] });
      expect(stage.provider.calls.at(-1)!.body).toContain(data);
      expect(stage.dropped()).toEqual([]);
    },
  );
});
