import { describe, expect, it } from 'vitest';
import type { ChatOptions } from '../../../src/chat/request.ts';
import { call, messagesOf, result, weather, written } from './fixtures.ts';

const names = { output: 'response_format', reasoning: 'reasoning_effort', topK: 'top_k', stop: 'stop' };

describe('max_tokens', () => {
  it.each([
    ['claude-sonnet-4-5', 32_000],
    ['claude-3-5-haiku-20241022', 8192],
    ['claude-3-opus-20240229', 4096],
    ['a-deployment', 32_000],
  ])('of %s is %i where the caller named none', (model, expected) => {
    expect(written({ model }).body['max_tokens']).toBe(expected);
  });

  it('is what the caller said', () => {
    expect(written({ options: { maxTokens: 7 } }).body['max_tokens']).toBe(7);
  });
});

describe('sampling', () => {
  const sampled = (model: string, options: ChatOptions): unknown[] => {
    const { body, losses } = written({ model, options });
    return [body['temperature'], body['top_p'], body['top_k'], losses];
  };

  it('is passed on', () => {
    expect(sampled('claude-3-haiku-20240307', { temperature: 0.5, topP: 0.9, topK: 4 })).toEqual([0.5, 0.9, 4, []]);
  });

  it('goes no higher than 1, and says so', () => {
    expect(sampled('claude-sonnet-4-0', { temperature: 1.7 })).toEqual([undefined, undefined, undefined, ['temperature']]);
  });

  it('is by temperature or top_p, not both, from Claude 4.1 on', () => {
    expect(sampled('claude-sonnet-4-5', { temperature: 0.2, topP: 0.9 })).toEqual([0.2, undefined, undefined, ['topP']]);
    expect(sampled('claude-sonnet-4-5', { temperature: 1, topP: 0.9 })).toEqual([undefined, 0.9, undefined, []]);
    expect(sampled('claude-sonnet-4-5', { temperature: 0.2, topP: 1 })).toEqual([0.2, undefined, undefined, []]);
  });

  it.each(['claude-opus-4-7', 'claude-sonnet-5', 'claude-opus-5-5', 'claude-mythos-preview'])('is refused by %s', (model) => {
    expect(sampled(model, { temperature: 0.2, topP: 0.9, topK: 4 })).toEqual([
      undefined,
      undefined,
      undefined,
      ['temperature', 'topP', 'topK'],
    ]);
    expect(sampled(model, { temperature: 1, topP: 1 })).toEqual([undefined, undefined, undefined, []]);
  });

  it('gives way to thinking', () => {
    const thinking = { reasoning: { effort: 'low' } } as const;
    expect(sampled('claude-sonnet-4-0', { ...thinking, temperature: 0.2, topP: 0.5, topK: 4 }).slice(0, 3)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(sampled('claude-sonnet-4-0', { ...thinking, temperature: 0.2, topP: 0.5, topK: 4 })[3]).toEqual(['temperature', 'topP', 'topK']);
    expect(sampled('claude-sonnet-4-0', { ...thinking, topP: 0.96 })).toEqual([undefined, 0.96, undefined, []]);
  });
});

describe('thinking', () => {
  const thought = (model: string, options: ChatOptions): unknown[] => {
    const { body, losses } = written({ model, tools: [weather], options, names });
    return [body['thinking'], (body['output_config'] as { effort?: string } | undefined)?.effort, body['max_tokens'], losses];
  };

  it('has a budget that leaves something for the answer', () => {
    expect(thought('claude-sonnet-4-5', { reasoning: { effort: 'high' } })).toEqual([
      { type: 'enabled', budget_tokens: 25_600 },
      undefined,
      32_000,
      [],
    ]);
    expect(thought('claude-sonnet-4-5', { reasoning: { effort: 'high' }, maxTokens: 2000 })[0]).toEqual({
      type: 'enabled',
      budget_tokens: 1600,
    });
    expect(thought('claude-sonnet-4-5', { reasoning: { effort: 'minimal' }, maxTokens: 2000 })[0]).toEqual({
      type: 'enabled',
      budget_tokens: 1024,
    });
  });

  it('has the budget that the caller named, below max_tokens', () => {
    expect(thought('claude-sonnet-4-5', { reasoning: { budget: 40_000 } })).toEqual([
      { type: 'enabled', budget_tokens: 40_000 },
      undefined,
      41_024,
      [],
    ]);
    expect(thought('claude-sonnet-4-5', { reasoning: { budget: 4000 }, maxTokens: 2000 })).toEqual([
      { type: 'enabled', budget_tokens: 1999 },
      undefined,
      2000,
      ['reasoning_effort'],
    ]);
  });

  it('is left out where no budget fits', () => {
    expect(thought('claude-sonnet-4-5', { reasoning: { effort: 'low' }, maxTokens: 1024 })).toEqual([
      undefined,
      undefined,
      1024,
      ['reasoning_effort'],
    ]);
  });

  it.each([
    ['claude-opus-4-6', 'xhigh', 'max'],
    ['claude-opus-4-7', 'xhigh', 'xhigh'],
    ['claude-sonnet-5', 'minimal', 'low'],
    ['claude-sonnet-4-6', 'medium', 'medium'],
  ] as const)('of %s with effort %s is adaptive with effort %s', (model, effort, expected) => {
    expect(thought(model, { reasoning: { effort } })).toEqual([{ type: 'adaptive' }, expected, 32_000, []]);
  });

  it('turns a budget into an effort where the model takes no budget, and says so', () => {
    expect(thought('claude-opus-4-7', { reasoning: { budget: 2000 } })).toEqual([
      { type: 'adaptive' },
      'low',
      32_000,
      ['reasoning_effort'],
    ]);
    expect(thought('claude-opus-4-6', { reasoning: { budget: 2000 } })).toEqual([
      { type: 'enabled', budget_tokens: 2000 },
      undefined,
      32_000,
      [],
    ]);
    expect(thought('claude-opus-4-7', { reasoning: { budget: -1 } })).toEqual([{ type: 'adaptive' }, undefined, 32_000, []]);
  });

  it('is shown or hidden as the caller likes', () => {
    expect(thought('claude-opus-4-7', { reasoning: { effort: 'low', visible: true } })[0]).toEqual({
      type: 'adaptive',
      display: 'summarized',
    });
    expect(thought('claude-opus-4-7', { reasoning: { visible: false } })[0]).toEqual({ type: 'adaptive', display: 'omitted' });
  });

  it('is turned off by effort none and budget 0, where the model can be told', () => {
    expect(thought('claude-sonnet-5', { reasoning: { effort: 'none' } })).toEqual([{ type: 'disabled' }, undefined, 32_000, []]);
    expect(thought('claude-sonnet-5', { reasoning: { budget: 0 } })[0]).toEqual({ type: 'disabled' });
    expect(thought('claude-3-haiku-20240307', { reasoning: { effort: 'none' } }).slice(0, 2)).toEqual([undefined, undefined]);
    expect(thought('claude-fable-5', { reasoning: { effort: 'none' } })).toEqual([undefined, 'low', 32_000, ['reasoning_effort']]);
  });

  it('gives way to a demand for a tool call', () => {
    const options: ChatOptions = { reasoning: { effort: 'high' }, toolChoice: { type: 'required' } };
    expect(thought('claude-sonnet-4-5', options)).toEqual([undefined, undefined, 32_000, ['reasoning_effort']]);
    expect(thought('claude-opus-4-7', options)).toEqual([undefined, 'high', 32_000, ['reasoning_effort']]);
  });

  it('is left out where the turn that goes on did not begin with a thought, which Anthropic refuses', () => {
    const options: ChatOptions = { reasoning: { effort: 'low' } };
    const messages = messagesOf(['user', 'Hi'], ['assistant', [call('a')]], ['user', [result('a', 'sun')]]);
    const bare = written({ tools: [weather], messages, options, names });
    expect([bare.body['thinking'], bare.losses]).toEqual([undefined, ['reasoning_effort']]);
    messages[1]!.content.unshift({ type: 'reasoning', text: 'hm', signature: { dialect: 'anthropic', value: 'sig' } });
    const signed = written({ tools: [weather], messages, options, names });
    expect([signed.body['thinking'], signed.losses]).toEqual([{ type: 'enabled', budget_tokens: 6400 }, []]);
  });

  it('is unknown to models before 3.7', () => {
    expect(thought('claude-3-5-haiku-20241022', { reasoning: { effort: 'low' } })).toEqual([
      undefined,
      undefined,
      8192,
      ['reasoning_effort'],
    ]);
  });
});

describe('the form of the output', () => {
  const schema = {
    type: 'object',
    properties: {
      age: { type: 'integer', minimum: 0, description: 'In years.' },
      tags: { type: 'array', items: { oneOf: [{ type: 'string', format: 'email' }, { $ref: '#/$defs/tag' }] }, minItems: 1 },
    },
    required: ['age'],
    $defs: { tag: { type: 'string', maxLength: 3 } },
  };

  it('is a schema without the keywords that are not enforced, which the model is told and the caller reads', () => {
    const { body, losses } = written({ options: { output: { type: 'schema', schema, name: 'person' } }, names });
    expect(body['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: {
            age: { type: 'integer', description: 'In years.\n\n{minimum: 0}' },
            tags: { type: 'array', items: { anyOf: [{ type: 'string', format: 'email' }, { $ref: '#/$defs/tag' }] }, minItems: 1 },
          },
          required: ['age'],
          additionalProperties: false,
          $defs: { tag: { type: 'string', description: '{maxLength: 3}' } },
        },
      },
    });
    expect(losses).toEqual(['response_format.json_schema.schema.minimum', 'response_format.json_schema.schema.maxLength']);
  });

  it('is asked for in words where a schema holds itself', () => {
    const recursive = { type: 'object', properties: { next: { $ref: '#' } } };
    const { body, losses } = written({ options: { output: { type: 'schema', schema: recursive } }, names });
    expect(body['output_config']).toBeUndefined();
    expect(JSON.stringify(body['system'])).toContain('JSON Schema');
    expect(losses).toEqual(['response_format.json_schema.schema.$ref']);
  });

  it('is asked for in words where the model or Anthropic cannot enforce it', () => {
    const old = written({ model: 'claude-3-haiku-20240307', options: { output: { type: 'schema', schema } }, names });
    expect([old.body['output_config'], old.losses]).toEqual([undefined, ['response_format']]);
    const json = written({ options: { output: { type: 'json' } }, names });
    expect(json.body['system']).toEqual([{ type: 'text', text: 'Answer with one JSON object and nothing else.' }]);
    expect(json.losses).toEqual(['response_format']);
  });
});

describe('tools', () => {
  it('are passed on with schema, cache mark and strictness', () => {
    const { body, losses } = written({
      tools: [
        { ...weather, strict: true, cache: {} },
        { type: 'function', name: 'now' },
      ],
    });
    expect(body['tools']).toEqual([
      {
        name: 'get_weather',
        description: 'Looks outside.',
        input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
        strict: true,
        cache_control: { type: 'ephemeral' },
      },
      { name: 'now', input_schema: { type: 'object', properties: {} } },
    ]);
    expect(losses).toEqual([]);
  });

  it('lose their strictness rather than their schema', () => {
    const parameters = { type: 'object', properties: { n: { type: 'integer', minimum: 1 } } };
    const { body, losses } = written({ tools: [{ type: 'function', name: 'pick', parameters, strict: true }] });
    expect(body['tools']).toEqual([{ name: 'pick', input_schema: parameters }]);
    expect(losses).toEqual(['tools[0].strict']);
  });

  it('have their alternatives at the top laid over each other', () => {
    const parameters = { anyOf: [{ properties: { a: { type: 'string' } } }, { properties: { b: { type: 'number' } } }] };
    const { body, losses } = written({ tools: [{ type: 'function', name: 'pick', parameters }] });
    expect(body['tools']).toEqual([
      { name: 'pick', input_schema: { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } } } },
    ]);
    expect(losses).toEqual(['tools[0].parameters.anyOf']);
  });

  it('that take plain text take it in a field', () => {
    const { body, losses } = written({
      tools: [{ type: 'custom', name: 'sh', format: { type: 'grammar', syntax: 'regex', definition: 'a+' } }],
    });
    expect(body['tools']).toMatchObject([{ name: 'sh', input_schema: { required: ['input'] } }]);
    expect(JSON.stringify(body['tools'])).toContain('a+');
    expect(losses).toEqual(['tools[0].format']);
  });

  it('of other providers are lost, Anthropic’s own stay as they are', () => {
    const own = { type: 'web_search_20250305', name: 'web_search', max_uses: 2 };
    const { body, losses } = written({
      tools: [
        { type: 'other', dialect: 'google', kind: 'googleSearch', value: {} },
        { type: 'other', dialect: 'anthropic', kind: 'web_search_20250305', value: own },
      ],
    });
    expect(body['tools']).toEqual([own]);
    expect(losses).toEqual(['tools[0]']);
  });

  it.each([
    [{ toolChoice: { type: 'auto' } }, { type: 'auto' }],
    [{ toolChoice: { type: 'none' } }, { type: 'none' }],
    [{ toolChoice: { type: 'required' } }, { type: 'any' }],
    [
      { toolChoice: { type: 'tool', name: 'get_weather' }, parallelToolCalls: false },
      { type: 'tool', name: 'get_weather', disable_parallel_tool_use: true },
    ],
    [{ parallelToolCalls: false }, { type: 'auto', disable_parallel_tool_use: true }],
    [{ parallelToolCalls: true }, undefined],
  ] as [ChatOptions, unknown][])('are chosen by %j as %j', (options, expected) => {
    expect(written({ tools: [weather], options }).body['tool_choice']).toEqual(expected);
  });

  it('are only those that are allowed', () => {
    const tools = [weather, { type: 'function', name: 'now' } as const];
    const { body } = written({ tools, options: { toolChoice: { type: 'allowed', names: ['now'], mode: 'required' } } });
    expect(body['tools']).toEqual([{ name: 'now', input_schema: { type: 'object', properties: {} } }]);
    expect(body['tool_choice']).toEqual({ type: 'any' });
  });

  it('are not chosen from where there are none', () => {
    expect(written({ options: { toolChoice: { type: 'auto' } } }).body).not.toHaveProperty('tool_choice');
  });
});

describe('the other options', () => {
  it('stop at sequences that are more than white space', () => {
    const { body, losses } = written({ options: { stop: ['END', '\n\n'] } });
    expect([body['stop_sequences'], losses]).toEqual([['END'], ['stop']]);
  });

  it.each([
    ['auto', 'auto', []],
    ['priority', 'auto', []],
    ['default', 'standard_only', []],
    ['flex', undefined, ['serviceTier']],
  ])('turn the tier %s into %s', (serviceTier, expected, lost) => {
    const { body, losses } = written({ options: { serviceTier } });
    expect([body['service_tier'], losses]).toEqual([expected, lost]);
  });

  it('say who asks and that the answer should stream', () => {
    expect(written({ options: { user: 'u1' }, stream: true }).body).toMatchObject({ metadata: { user_id: 'u1' }, stream: true });
    expect(written({}).body).not.toHaveProperty('stream');
  });

  it('are named where Anthropic has no word for them, but not where they say no more than the default', () => {
    const said: ChatOptions = {
      seed: 1,
      n: 2,
      frequencyPenalty: 1,
      presencePenalty: 1,
      logitBias: { 1: 1 },
      logprobs: true,
      topLogprobs: 2,
      verbosity: 'low',
      metadata: { a: 'b' },
      cacheKey: 'k',
      store: true,
      modalities: ['text', 'audio'],
    };
    expect(written({ options: said }).losses).toEqual(Object.keys(said));
    const plain: ChatOptions = {
      n: 1,
      frequencyPenalty: 0,
      presencePenalty: 0,
      logitBias: {},
      logprobs: false,
      topLogprobs: 0,
      metadata: {},
      store: false,
      modalities: ['text'],
      parallelToolCalls: true,
      stop: [],
    };
    expect(written({ options: plain }).losses).toEqual([]);
  });

  it('of Anthropic’s own go back as they came, those of others are named', () => {
    const own = written({ options: { own: { dialect: 'anthropic', fields: { container: 'c1' } } } });
    expect([own.body['container'], own.losses]).toEqual(['c1', []]);
    const foreign = written({ options: { own: { dialect: 'google', fields: { safetySettings: [] } } } });
    expect([foreign.body['safetySettings'], foreign.losses]).toEqual([undefined, ['safetySettings']]);
  });
});
