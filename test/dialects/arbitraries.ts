// Requests and answers of the middle at random, of what every dialect of OpenAI holds.
import fc from 'fast-check';
import type { ChatAnswer, Choice } from '../../src/chat/answer.ts';
import type { Block, ChatOptions, ChatRequest, Message, Tool, ToolCallBlock } from '../../src/chat/request.ts';

/** Words with everything in them that escapes, counts or cuts wrongly. */
const words = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom('é', '🙂\n', '"\\', '</x>', 'data: x\n\n', ' a ', '{}'),
).filter((said) => said.trim() !== '');
const text: fc.Arbitrary<Block> = words.map((said) => ({ type: 'text', text: said }));
const image: fc.Arbitrary<Block> = fc.constantFrom<Block>(
  { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'iVBO' }, detail: 'auto' },
  { type: 'image', source: { type: 'url', url: 'https://a.example/b.png' }, detail: 'high' },
);
const document: fc.Arbitrary<Block> = fc.constant<Block>({
  type: 'document', name: 'a.pdf', source: { type: 'base64', mediaType: 'application/pdf', data: 'JVBE' },
});
const AT = { type: 'object', properties: { at: { type: 'string' } } };
const TOOLS: Tool[] = [
  { type: 'function', name: 'look', description: 'Looks.', parameters: AT, strict: false },
  { type: 'function', name: 'now', parameters: { type: 'object', properties: {} }, strict: false },
  { type: 'custom', name: 'sql', description: 'Runs.', format: { type: 'grammar', syntax: 'regex', definition: 'a+' } },
];
const args = fc.dictionary(fc.constantFrom('at', 'é', '"'), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 2 })
  .map((value) => JSON.stringify(value));

function callOf(id: string): fc.Arbitrary<ToolCallBlock> {
  return fc.oneof(
    fc.tuple(fc.constantFrom('look', 'now'), args).map(([name, said]) => ({ name, kind: 'function' as const, arguments: said })),
    words.map((said) => ({ name: 'sql', kind: 'custom' as const, arguments: said })),
  ).map((called) => ({ type: 'tool-call', id, ...called }));
}

interface Turn {
  said: Block[];
  calls: Block[];
  results: Block[];
}

/** A turn of the model: words, or calls with the results of all of them. */
function turn(index: number): fc.Arbitrary<Turn> {
  return fc.nat(3).chain((count) => {
    const ids = Array.from({ length: count }, (_, place) => `c${index}${place}abcdef`);
    return fc.record({
      said: count === 0 ? text.map((block) => [block]) : fc.oneof(fc.constant<Block[]>([]), text.map((block) => [block])),
      calls: fc.tuple(...ids.map(callOf)),
      results: fc.tuple(...ids.map((callId) => text.map((block): Block => ({ type: 'tool-result', callId, content: [block] as never })))),
    });
  });
}

/** `at` is empty everywhere: it differs with the dialect that is read. */
const user: fc.Arbitrary<Message> = fc.array(fc.oneof(text, image, document), { minLength: 1, maxLength: 3 })
  .map((content) => ({ role: 'user', content, at: '' }));

function inMessages({ said, calls, results }: Turn): Message[] {
  return [
    { role: 'assistant', content: [...said, ...calls], at: '' },
    ...results.map((result): Message => ({ role: 'user', content: [result], at: '' })),
  ];
}

const conversation: fc.Arbitrary<Message[]> = fc.record({
  system: fc.option(words), first: user, turns: fc.tuple(turn(0), turn(1)), last: user,
}).map(({ system, first, turns: [one, two], last }) => [
  ...(system === null ? [] : [{ role: 'system', content: [{ type: 'text', text: system }], at: '' } satisfies Message]),
  first, ...inMessages(one), last, ...inMessages(two),
]);

const options: fc.Arbitrary<ChatOptions> = fc.record(
  {
    maxTokens: fc.integer({ min: 16, max: 1000 }),
    temperature: fc.constantFrom(0, 0.5, 2),
    topP: fc.constantFrom(0.1, 0.9),
    toolChoice: fc.constantFrom<NonNullable<ChatOptions['toolChoice']>>(
      { type: 'auto' }, { type: 'none' }, { type: 'required' }, { type: 'tool', name: 'look' }, { type: 'tool', name: 'sql' },
      { type: 'allowed', names: ['now', 'sql'], mode: 'auto' },
    ),
    parallelToolCalls: fc.constant(false),
    output: fc.constantFrom<NonNullable<ChatOptions['output']>>(
      { type: 'json' }, { type: 'schema', name: 'n', schema: { type: 'object' }, strict: true },
    ),
    verbosity: fc.constantFrom('low', 'high'),
    user: fc.constant('hash'),
    serviceTier: fc.constantFrom('flex', 'priority'),
    cacheKey: fc.constant('key'),
  },
  { requiredKeys: [] },
);

export const requests: fc.Arbitrary<ChatRequest> = fc.record({
  model: fc.constant('gpt-4.1'),
  messages: conversation,
  tools: fc.constant(TOOLS),
  options,
  stream: fc.constant(false),
});

const answered = fc.record({
  thought: fc.option(words),
  said: fc.option(text, { nil: undefined }),
  refusal: fc.option(words),
  calls: fc.nat(2).chain((count) => fc.tuple(...Array.from({ length: count }, (_, place) => callOf(`c${place}`)))),
});

const choice: fc.Arbitrary<Choice> = answered.map(({ thought, said, refusal, calls }): Choice => ({
  content: [
    ...(thought === null ? [] : [{ type: 'reasoning', text: thought, signature: { dialect: 'anthropic', value: 'c2ln' } } satisfies Block]),
    ...(said === undefined ? [] : [said]),
    ...(refusal === null ? [] : [{ type: 'refusal', text: refusal } satisfies Block]),
    ...calls,
  ],
  finish: calls.length > 0 ? 'tool-calls' : refusal === null ? 'stop' : 'refusal',
}));

export const answers: fc.Arbitrary<ChatAnswer> = fc.record({
  id: fc.constant('a'),
  model: fc.constant('m'),
  choices: choice.map((one) => [one]),
  usage: fc.record({ inputTokens: fc.nat(99), outputTokens: fc.nat(99) })
    .map(({ inputTokens, outputTokens }) => ({ inputTokens, outputTokens, cachedInputTokens: 0, reasoningTokens: 0 })),
});

/** Without what each dialect names anew: ids of answers and calls, and places. */
export function plain(content: readonly Block[]): Block[] {
  return content.map((block) => (block.type === 'tool-call' ? { ...block, id: '' } : block));
}
