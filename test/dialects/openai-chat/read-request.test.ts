import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/chat/dialect.ts';
import { Losses } from '../../../src/chat/losses.ts';
import { openAiChatSurface } from '../../../src/dialects/openai-chat/dialect.ts';
import { read } from './samples.ts';

function refusal(body: Record<string, unknown>): { param: string; message: string } {
  try {
    read(body);
  } catch (error) {
    if (error instanceof RequestError) return { param: error.param, message: error.message };
    throw error;
  }
  throw new Error('the request was read');
}

describe('options', () => {
  it('are read by the names of this dialect', () => {
    const { request, losses } = read({
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 100,
      temperature: 0.5,
      top_p: 0.9,
      stop: 'END',
      seed: -7,
      n: 2,
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      logit_bias: { 50256: -100 },
      logprobs: true,
      top_logprobs: 3,
      parallel_tool_calls: false,
      reasoning_effort: 'low',
      verbosity: 'high',
      safety_identifier: 'u1',
      metadata: { team: 'a' },
      service_tier: 'flex',
      prompt_cache_key: 'k',
      store: true,
      modalities: ['text', 'audio'],
    });
    expect(request.stream).toBe(true);
    expect(request.options).toEqual({
      maxTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      stop: ['END'],
      seed: -7,
      n: 2,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      logitBias: { 50256: -100 },
      logprobs: true,
      topLogprobs: 3,
      parallelToolCalls: false,
      reasoning: { effort: 'low' },
      verbosity: 'high',
      user: 'u1',
      metadata: { team: 'a' },
      serviceTier: 'flex',
      cacheKey: 'k',
      store: true,
      modalities: ['text', 'audio'],
    });
    expect(losses).toEqual([]);
  });

  it('are never those of a prototype', () => {
    const body = Object.assign(Object.create({ temperature: 2 }), { model: 'm', messages: [{ role: 'user', content: 'Hi' }] });
    expect(openAiChatSurface.readRequest(body, new Losses()).options).toEqual({});
  });

  it('that are null are as good as absent', () => {
    const { request, losses } = read({ temperature: null, stop: null, tools: null, response_format: null, prediction: null, stream: null });
    expect(request.options).toEqual({});
    expect(request.stream).toBe(false);
    expect(losses).toEqual([]);
  });

  it('take max_tokens where max_completion_tokens is not given, and the newer one where both are', () => {
    expect(read({ max_tokens: 5 }).request.options.maxTokens).toBe(5);
    const both = read({ max_tokens: 5, max_completion_tokens: 6 });
    expect(both.request.options.maxTokens).toBe(6);
    expect(both.losses).toEqual(['max_tokens']);
  });

  it('take a list of stop sequences', () => {
    expect(read({ stop: ['a', 'b'] }).request.options.stop).toEqual(['a', 'b']);
  });

  it('read what an answer should look like', () => {
    expect(read({ response_format: { type: 'text' } }).request.options.output).toBeUndefined();
    expect(read({ response_format: { type: 'json_object' } }).request.options.output).toEqual({ type: 'json' });
    const schema = { type: 'object' };
    const format = { type: 'json_schema', json_schema: { name: 'city', description: 'd', strict: true, schema } };
    const expected = { type: 'schema', name: 'city', description: 'd', strict: true, schema };
    expect(read({ response_format: format }).request.options.output).toEqual(expected);
  });

  it('read how to think in the words of OpenAI, of OpenRouter and of those that follow Anthropic', () => {
    const reasoning = (body: Record<string, unknown>): unknown => read(body).request.options.reasoning;
    expect(reasoning({ reasoning_effort: 'max' })).toEqual({ effort: 'xhigh' });
    expect(reasoning({ reasoning: { max_tokens: 2000, exclude: true } })).toEqual({ budget: 2000, visible: false });
    expect(reasoning({ thinking: { type: 'enabled', budget_tokens: 1024 } })).toEqual({ budget: 1024 });
    expect(reasoning({ thinking: { type: 'disabled' } })).toEqual({ budget: 0 });
  });

  it('that nobody else has are kept for servers of this dialect; others tell their names', () => {
    const fields = { prediction: { type: 'content', content: 'x' }, web_search_options: { search_context_size: 'low' }, unheard_of: false };
    expect(read({ ...fields, plugins: [], audio: null }).request.options.own).toEqual({ dialect: 'openai-chat', fields });
  });

  it('are told in letters that a header can carry', () => {
    expect(read({ 'a\r\nb é': 1 }).losses).toEqual(['a??b??']);
  });

  it('are named to providers as their caller names them', () => {
    expect(openAiChatSurface.nameOf('stop')).toBe('stop');
    expect(openAiChatSurface.nameOf('output')).toBe('response_format');
  });
});

describe('tools', () => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } } };

  it('are functions, free text and what runs at one provider', () => {
    const { request } = read({
      tools: [
        {
          type: 'function',
          function: { name: 'weather', description: 'd', parameters, strict: true },
          cache_control: { type: 'ephemeral' },
        },
        { function: { name: 'bare' } },
        { type: 'custom', custom: { name: 'sql', format: { type: 'text' } } },
        { type: 'web_search' },
      ],
    });
    expect(request.tools).toEqual([
      { type: 'function', name: 'weather', description: 'd', parameters, strict: true, cache: {} },
      { type: 'function', name: 'bare' },
      { type: 'custom', name: 'sql', format: { type: 'text' } },
      { type: 'other', dialect: 'openai-chat', kind: 'web_search', value: { type: 'web_search' } },
    ]);
  });

  it.each([
    ['auto', { type: 'auto' }],
    ['none', { type: 'none' }],
    ['required', { type: 'required' }],
    ['any', { type: 'required' }],
    [{ type: 'function', function: { name: 'f' } }, { type: 'tool', name: 'f' }],
    [{ type: 'custom', custom: { name: 'f' } }, { type: 'tool', name: 'f' }],
    [
      { type: 'allowed_tools', allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name: 'f' } }] } },
      { type: 'allowed', names: ['f'], mode: 'required' },
    ],
  ])('are chosen by %j', (choice, expected) => {
    expect(read({ tool_choice: choice }).request.options.toolChoice).toEqual(expected);
  });

  it('of the older form are read too', () => {
    const { request, losses } = read({
      functions: [{ name: 'f', parameters }],
      function_call: { name: 'f' },
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
        { role: 'function', name: 'f', content: '2' },
      ],
    });
    expect(request.tools).toEqual([{ type: 'function', name: 'f', parameters }]);
    expect(request.options.toolChoice).toEqual({ type: 'tool', name: 'f' });
    expect(request.messages.slice(1).map(({ content }) => content)).toEqual([
      [{ type: 'tool-call', id: 'call_function_0', name: 'f', kind: 'function', arguments: '{"a":1}' }],
      [{ type: 'tool-result', callId: 'call_function_0', name: 'f', content: [{ type: 'text', text: '2' }] }],
    ]);
    expect(losses).toEqual([]);
  });
});

describe('what is wrong', () => {
  it.each<[Record<string, unknown>, string, RegExp]>([
    [{ model: '' }, 'model', /non-empty string/],
    [{ messages: [] }, 'messages', /at least one message/],
    [{ messages: 'Hi' }, 'messages', /must be a list/],
    [{ messages: ['Hi'] }, 'messages[0]', /must be an object/],
    [{ messages: [{ role: 'robot', content: 'Hi' }] }, 'messages[0].role', /one of system, developer, user/],
    [{ messages: [{ role: 'constructor', content: 'Hi' }] }, 'messages[0].role', /one of/],
    [{ messages: [{ role: 'user', content: null }] }, 'messages[0].content', /a string or a list/],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content', /a string or a list/],
    [{ messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }, 'messages[0].content[0].type', /non-empty string/],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text', /a string/],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id', /a string/],
    [{ messages: [{ role: 'assistant', tool_calls: [{ id: 'a' }] }] }, 'messages[0].tool_calls[0].function', /an object/],
    [{ temperature: 'hot' }, 'temperature', /a number/],
    [{ max_tokens: 1.5 }, 'max_tokens', /a whole number of at least 1/],
    [{ n: 0 }, 'n', /at least 1/],
    [{ stream: 'yes' }, 'stream', /true or false/],
    [{ stop: [1] }, 'stop', /list of strings/],
    [{ logit_bias: { a: 'b' } }, 'logit_bias', /object of numbers/],
    [{ metadata: { a: 1 } }, 'metadata', /object of strings/],
    [{ tools: [{ type: 'function', function: {} }] }, 'tools[0].function.name', /non-empty string/],
    [{ tools: [{ function: { name: 'f', parameters: 'x' } }] }, 'tools[0].function.parameters', /JSON Schema object/],
    [{ tool_choice: 'toString' }, 'tool_choice', /auto, none, required/],
    [{ response_format: { type: 'xml' } }, 'response_format.type', /text, json_object or json_schema/],
    [{ reasoning_effort: 'huge' }, 'reasoning_effort', /one of none, minimal/],
  ])('in %j is told by the name of its field', (body, param, message) => {
    const refused = refusal(body);
    expect(refused.param).toBe(param);
    expect(refused.message).toContain(param);
    expect(refused.message).toMatch(message);
  });
});
