// Images and documents from every SDK to every type of provider: they arrive, or the caller hears which one did not.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODEL, Stage, TYPES } from './stage.ts';
import { ASKERS, type Part } from './talks.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.start();
});
afterAll(() => stage.close());

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk';
const PDF = 'JVBERi0xLjQKJcfsj6IKNSAwIG9iago8PC9MZW5ndGggNiAwIFI';
const IMAGE_URL = 'https://pictures.example.com/cat.png';
const PDF_URL = 'https://papers.example.com/deed.pdf';

interface Medium {
  what: string;
  part: { image: string } | { pdf: string };
  /** What must be in the body that the provider gets. */
  mark: string;
}
const MEDIA: Medium[] = [
  { what: 'the bytes of an image', part: { image: `data:image/png;base64,${PNG}` }, mark: PNG },
  { what: 'the address of an image', part: { image: IMAGE_URL }, mark: IMAGE_URL },
  { what: 'the bytes of a PDF', part: { pdf: `data:application/pdf;base64,${PDF}` }, mark: PDF },
  { what: 'the address of a PDF', part: { pdf: PDF_URL }, mark: PDF_URL },
];
/** How each dialect names the part that has the medium: the second one of the message, or of the result. */
const IN_MESSAGE: Record<string, string> = {
  'openai chat': 'messages[0].content[1]',
  'openai responses': 'input[1].content[0]',
  'anthropic messages': 'messages[0].content[1]',
  'google generateContent': 'contents[0].parts[1]',
};
const IN_RESULT: Record<string, string> = {
  'openai chat': 'messages[2].content[1]',
  'openai responses': 'input[2].output[1]',
  'anthropic messages': 'messages[2].content[0].content[1]',
  'google generateContent': 'contents[2].parts[0].functionResponse.parts[0]',
};

/** Bedrock fetches nothing, and chat completions no documents; where no dialect changes, the provider may say what it likes. */
function isLost(name: string, type: string, mark: string): boolean {
  const isNative = name === 'openai chat' || (name === 'openai responses' && type === 'OpenAI');
  if (type === 'AWS') return mark === IMAGE_URL || mark === PDF_URL;
  return (type === 'OpenAI' || type === 'Other') && mark === PDF_URL && !isNative;
}

describe.each(Object.keys(ASKERS))('an SDK of %s', (name) => {
  const ask = ASKERS[name]!;
  const cases = MEDIA.flatMap((medium) => TYPES.map((type) => ({ ...medium, type })));

  it.each(cases)('brings $what to a provider of type $type, or hears that it did not', async ({ part, mark, type }) => {
    stage.serve(type);
    const { dropped } = await ask(stage, { turns: [{ by: 'user', parts: [{ text: 'Read this.' }, part as Part] }] });
    const arrived = stage.provider.calls.at(-1)!.body.includes(mark);
    expect({ arrived, dropped }).toEqual(
      isLost(name, type, mark) ? { arrived: false, dropped: [IN_MESSAGE[name]] } : { arrived: true, dropped: [] },
    );
  });

  it.each(cases)('brings $what inside a result to a provider of type $type, or hears that it did not', async ({ part, mark, type }) => {
    stage.serve(type);
    const { dropped } = await ask(stage, {
      turns: [
        { by: 'user', parts: [{ text: 'Look.' }] },
        { by: 'model', parts: [{ call: 'look', id: 'call_1', args: { at: 'x' } }] },
        { by: 'user', parts: [{ result: 'seen', id: 'call_1', of: 'look', ...part }] },
      ],
      tools: [{ name: 'look' }],
    });
    const arrived = stage.provider.calls.at(-1)!.body.includes(mark);
    expect({ arrived, dropped }).toEqual(
      isLost(name, type, mark) ? { arrived: false, dropped: [IN_RESULT[name]] } : { arrived: true, dropped: [] },
    );
  });
});

it.each(['OpenAI', 'Other', 'Google', 'AWS'] as const)(
  'an SDK of Anthropic hears that a model of a provider of type %s will not cite',
  async (type) => {
    stage.serve(type);
    const source = { type: 'text' as const, media_type: 'text/plain' as const, data: 'It rains.' };
    const content = [
      { type: 'document' as const, source, citations: { enabled: true } },
      { type: 'text' as const, text: 'Rain?' },
    ];
    await stage.anthropic.messages.create({ model: MODEL, max_tokens: 100, messages: [{ role: 'user', content }] });
    expect(stage.dropped()).toEqual(['messages[0].content[0].citations']);
  },
);

it('an SDK of Anthropic hears by its own path that a mark in the system text is lost', async () => {
  stage.serve('AWS');
  const system = [{ type: 'text' as const, text: 'Be brief.', cache_control: { type: 'ephemeral' as const } }];
  await stage.anthropic.messages.create({ model: MODEL, max_tokens: 100, system, messages: [{ role: 'user', content: 'Rain?' }] });
  expect(stage.dropped()).toEqual(['system[0].cache_control']);
});
