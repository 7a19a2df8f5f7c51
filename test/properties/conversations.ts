// Requests of OpenAI's dialect at random: conversations with tools, pictures and all kinds of options.
import fc from 'fast-check';
import type { Json } from './stand.ts';

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk';
export const words = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((text) => text.trim() !== '');
export const name = fc.stringMatching(/^[a-z][a-z_]{0,9}$/);
const text = words.map((value) => ({ type: 'text', text: value }));
const image = fc.constant({ type: 'image_url', image_url: { url: `data:image/png;base64,${PNG}` } });
export const args = fc.dictionary(name, fc.oneof(fc.integer(), words, fc.boolean()), { maxKeys: 3 });

/** A turn of the user, and with `tools` perhaps calls of them with all of their results. */
function turns(tools: readonly string[]): fc.Arbitrary<Json[]> {
  const content = fc.oneof(words, fc.array(fc.oneof(text, image), { minLength: 1, maxLength: 3 }));
  const asked = content.map((one) => ({ role: 'user', content: one }));
  const said = words.map((one) => ({ role: 'assistant', content: one }));
  if (tools.length === 0) return fc.tuple(asked, said);
  const calls = fc.array(fc.tuple(fc.constantFrom(...tools), args, words), { minLength: 1, maxLength: 3 });
  const called = fc.tuple(asked, fc.option(words), calls, said).map(([ask, before, made, after]) => [
    ask,
    {
      role: 'assistant',
      ...(before === null ? {} : { content: before }),
      tool_calls: made.map(([tool, input], index) => ({
        id: `call_${index}`,
        type: 'function',
        function: { name: tool, arguments: JSON.stringify(input) },
      })),
    },
    ...made.map(([, , result], index) => ({ role: 'tool', tool_call_id: `call_${index}`, content: result })),
    after,
  ]);
  return fc.oneof(called, fc.tuple(asked, said));
}

const schema = fc.uniqueArray(name, { minLength: 1, maxLength: 3 }).map((names) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((one, index) => [one, { type: ['string', 'integer', 'boolean'][index % 3], description: one }])),
  required: names,
  additionalProperties: false,
}));

const options = fc.record(
  {
    temperature: fc.constantFrom(0, 0.5),
    top_p: fc.constantFrom(0.1, 0.9),
    stop: fc.array(words, { minLength: 1, maxLength: 3 }),
    seed: fc.nat(),
    n: fc.constant(2),
    frequency_penalty: fc.constant(0.5),
    presence_penalty: fc.constant(-0.5),
    logit_bias: fc.constant({ 50: 1 }),
    user: name,
    metadata: fc.constant({ a: 'b' }),
    verbosity: fc.constant('low'),
    parallel_tool_calls: fc.constant(false),
    response_format: schema.map((one) => ({ type: 'json_schema', json_schema: { name: 'seen', schema: one } })),
  },
  { requiredKeys: [] },
);

/** Bodies of chat completions. */
export const requests: fc.Arbitrary<Json> = fc.uniqueArray(name, { maxLength: 3 }).chain((tools) =>
  fc
    .record({
      system: fc.option(words),
      talk: fc.array(turns(tools), { maxLength: 3 }),
      last: words,
      tools: fc.tuple(...tools.map((tool) => fc.tuple(fc.constant(tool), words, schema))),
      choice: fc.constantFrom('auto', 'none', 'required', 'function'),
      options,
      // The Responses API takes no fewer.
      max: fc.integer({ min: 16, max: 4000 }),
    })
    .map(({ system, talk, last, tools: declared, choice, options: chosen, max }) => {
      const { parallel_tool_calls: parallel, ...rest } = chosen;
      return {
        model: 'm',
        messages: [...(system === null ? [] : [{ role: 'system', content: system }]), ...talk.flat(), { role: 'user', content: last }],
        max_completion_tokens: max,
        ...rest,
        ...(tools.length === 0
          ? {}
          : {
              ...(parallel === undefined || choice === 'none' ? {} : { parallel_tool_calls: parallel }),
              tool_choice: choice === 'function' ? { type: 'function', function: { name: tools[0] } } : choice,
              tools: declared.map(([tool, description, parameters]) => ({
                type: 'function',
                function: { name: tool, description, parameters },
              })),
            }),
      };
    }),
);
