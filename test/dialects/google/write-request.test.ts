// Requests of the middle as bodies of generateContent.
import { describe, expect, it } from 'vitest';
import type { Block, ToolResultBlock } from '../../../src/chat/request.ts';
import { write } from './helpers.ts';

const text = (words: string): Block => ({ type: 'text', text: words });
const call = (id: string, name: string, rest: object = {}): Block => ({
  type: 'tool-call',
  id,
  name,
  arguments: '{}',
  kind: 'function',
  ...rest,
});
const result = (callId: string, words: string, rest: Partial<ToolResultBlock> = {}): Block => ({
  type: 'tool-result',
  callId,
  content: [{ type: 'text', text: words }],
  ...rest,
});
const contentsOf = (...messages: ['system' | 'user' | 'assistant', ...Block[]][]) =>
  write({ messages: messages.map(([role, ...content]) => ({ role, content })) });

describe('the conversation', () => {
  it('has system text apart and the roles user and model', () => {
    const { body, losses } = contentsOf(
      ['system', text('Be brief.')],
      ['user', text('Hi')],
      ['assistant', text('Hello'), text('')],
      ['user', text('Bye')],
    );
    expect(body).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }] },
        { role: 'model', parts: [{ text: 'Hello' }] },
        { role: 'user', parts: [{ text: 'Bye' }] },
      ],
    });
    expect(losses).toEqual([]);
  });

  it('begins with a user who says nothing where the caller lets the model begin', () => {
    const { body, losses } = contentsOf(['system', text('Be brief.')], ['assistant', call('a', 'f')], ['user', result('a', 'x')]);
    expect(body['systemInstruction']).toEqual({ parts: [{ text: 'Be brief.' }] });
    expect(body['contents']!.map((content) => String(content['role']))).toEqual(['user', 'model', 'user']);
    expect(body['contents']![0]).toEqual({ role: 'user', parts: [{ text: ' ' }] });
    expect(losses).toEqual([]);
  });

  it('is the system text where there is nothing else', () => {
    expect(contentsOf(['system', text('Write a poem.')]).body).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'Write a poem.' }] }],
    });
  });

  it.each(['gemma-3-27b-it', 'models/gemma-3n-e4b-it'])('has system text from the user for %s, which refuses it elsewhere', (model) => {
    const bodyOf = (role: 'user' | 'assistant') =>
      write({
        model,
        messages: [
          { role: 'system', content: [text('Be brief.')] },
          { role, content: [text('Hi')] },
        ],
      }).body;
    expect(bodyOf('user')).toEqual({ contents: [{ role: 'user', parts: [{ text: 'Be brief.' }, { text: 'Hi' }] }] });
    expect(bodyOf('assistant')).toEqual({
      contents: [
        { role: 'user', parts: [{ text: 'Be brief.' }] },
        { role: 'model', parts: [{ text: 'Hi' }] },
      ],
    });
  });

  it('leaves out thoughts of other dialects without a word, and gives Google its own back', () => {
    const google = { dialect: 'google', value: 'c2ln' } as const;
    const { body, losses } = contentsOf(
      ['user', text('Hi')],
      [
        'assistant',
        { type: 'reasoning', text: 'foreign', signature: { dialect: 'anthropic', value: 'x' } },
        { type: 'reasoning', text: 'own', signature: google },
        { type: 'text', text: '', signature: google },
        call('a', 'f', { signature: google, arguments: '{"x":1}' }),
      ],
    );
    expect(body['contents']![1]).toEqual({
      role: 'model',
      parts: [
        { thought: true, text: 'own', thoughtSignature: 'c2ln' },
        { text: '', thoughtSignature: 'c2ln' },
        { functionCall: { id: 'a', name: 'f', args: { x: 1 } }, thoughtSignature: 'c2ln' },
      ],
    });
    expect(losses).toEqual([]);
  });

  it('names what it cannot hold by the place where the caller wrote it', () => {
    const { losses } = write({
      messages: [
        { role: 'user', name: 'Ann', content: [text('Hi'), { type: 'image', source: { type: 'file', id: 'file-123' } }] },
        { role: 'assistant', content: [{ type: 'other', dialect: 'anthropic', kind: 'server_tool_use', value: {} }] },
      ],
    });
    expect(losses).toEqual(['messages[0].name', 'messages[0].content[1]', 'messages[1].content[0]']);
  });
});

describe('results of tools', () => {
  const picture = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'aW1n' } } as const;

  it('stand together in the order of the calls, whatever the order in which they came', () => {
    const { body } = contentsOf(
      ['user', text('Weather?')],
      ['assistant', text('I look.'), call('a', 'paris'), call('b', 'rome')],
      ['user', result('b', 'warm')],
      ['user', result('a', 'cold', { isError: true }), text('Well?')],
    );
    expect(body['contents']!.slice(2)).toEqual([
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'a', name: 'paris', response: { error: 'cold' } } },
          { functionResponse: { id: 'b', name: 'rome', response: { output: 'warm' } } },
        ],
      },
      { role: 'user', parts: [{ text: 'Well?' }] },
    ]);
  });

  it('of one message are put into the order of the calls', () => {
    const { body } = contentsOf(['assistant', call('a', 'paris'), call('b', 'rome')], ['user', result('b', 'warm'), result('a', 'cold')]);
    expect(body['contents']![2]!['parts']!.map((part) => String(part['functionResponse']!['name']))).toEqual(['paris', 'rome']);
  });

  it('go with the call of their own turn where ids repeat', () => {
    const turn = (name: string) =>
      [
        ['assistant', call('call_0', name)],
        ['user', result('call_0', name)],
      ] as const;
    const { body } = write({
      messages: [...turn('f'), ...turn('g')].map(([role, ...content]) => ({ role, content: [...content] })),
    });
    const parts = body['contents']!.slice(1).flatMap((content) => [...content['parts']!]);
    expect(parts.map((part) => (part['functionCall'] ?? part['functionResponse'])!['name'])).toEqual(['f', 'f', 'g', 'g']);
    expect(parts[0]!['functionCall']!['id']).toEqual(parts[1]!['functionResponse']!['id']);
    expect(parts[2]!['functionCall']!['id']).toEqual(parts[3]!['functionResponse']!['id']);
    expect(parts[0]!['functionCall']!['id']).not.toEqual(parts[2]!['functionCall']!['id']);
  });

  it('answer the calls of all messages of a turn together, of which the first is signed', () => {
    const { body } = write({
      model: 'gemini-3-pro-preview',
      messages: [
        { role: 'user', content: [text('Weather?')] },
        { role: 'assistant', content: [text('I look.'), call('a', 'f')] },
        { role: 'assistant', content: [call('b', 'g')] },
        { role: 'user', content: [result('a', '1'), result('b', '2')] },
      ],
    });
    expect(body['contents']!.slice(1).map((content) => content['parts']!.map((part) => Object.keys(part)))).toEqual([
      [['text'], ['functionCall', 'thoughtSignature'], ['functionCall']],
      [['functionResponse'], ['functionResponse']],
    ]);
  });

  it('without a call are said in words', () => {
    const { body } = contentsOf(['user', text('Hi')], ['user', result('gone', 'warm')]);
    expect(body['contents']![1]).toEqual({ role: 'user', parts: [{ text: 'warm' }] });
  });

  it('without a call keep their images', () => {
    const block = result('gone', 'Shot:', { content: [{ type: 'text', text: 'Shot:' }, picture] });
    for (const model of ['gemini-3-pro-preview', 'gemini-2.5-flash']) {
      const { body, losses } = write({ model, messages: [{ role: 'user', content: [block] }] });
      expect(body['contents']![0]!['parts']).toEqual([{ text: 'Shot:' }, { inlineData: { mimeType: 'image/png', data: 'aW1n' } }]);
      expect(losses).toEqual([]);
    }
  });

  it('keep their text as it is, also where it is JSON with words of a schema', () => {
    const json = '{"$defs":{"a":{"$ref":"#"}},"id":12345678901234567890}';
    const { body } = contentsOf(['assistant', call('a', 'f')], ['user', result('a', json)]);
    expect(body['contents']![2]!['parts']![0]!['functionResponse']!['response']).toEqual({ output: json });
  });

  const withPicture = (model: string) =>
    write({
      model,
      messages: [
        { role: 'user', content: [text('Look.')] },
        { role: 'assistant', content: [call('a', 'shot'), call('b', 'f')] },
        { role: 'user', content: [result('a', '', { content: [picture] })] },
        { role: 'user', content: [result('b', 'x')] },
      ],
    });

  it('hold images where the model takes them', () => {
    const { body, losses } = withPicture('gemini-3-pro-preview');
    expect(body['contents']![2]!['parts']![0]!['functionResponse']!['parts']).toEqual([
      { inlineData: { mimeType: 'image/png', data: 'aW1n' } },
    ]);
    expect(losses).toEqual([]);
  });

  it('have images beside them where it does not, and stay together', () => {
    const contents = withPicture('gemini-2.5-flash').body['contents']!;
    expect(contents[2]!['parts']!.map((part) => Object.keys(part))).toEqual([['functionResponse'], ['functionResponse']]);
    expect(contents[3]).toEqual({
      role: 'user',
      parts: [{ text: 'Result of shot:' }, { inlineData: { mimeType: 'image/png', data: 'aW1n' } }],
    });
  });
});

describe('a call that lost its signature', () => {
  const parallel = (model: string) =>
    write({ model, messages: [{ role: 'assistant', content: [text('I look.'), call('a', 'f'), call('b', 'f')] }] }).body['contents']![1]![
      'parts'
    ]!;

  it.each(['gemini-3-pro-preview', 'models/gemini-3.1-flash', 'gemini-flash-latest'])(
    'has the dummy value for %s, on the first one only',
    (model) => {
      expect(parallel(model).map((part) => part['thoughtSignature'])).toEqual([undefined, 'skip_thought_signature_validator', undefined]);
    },
  );

  it.each(['gemini-2.5-pro', 'gemini-2.0-flash', 'gemma-3-27b-it'])('has none for %s', (model) => {
    expect(parallel(model).every((part) => part['thoughtSignature'] === undefined)).toBe(true);
  });

  it('has it in place of a signature of another dialect', () => {
    const content = [call('a', 'f', { signature: { dialect: 'bedrock', value: 'x' } })];
    const { body } = write({ model: 'gemini-3-flash-preview', messages: [{ role: 'assistant', content }] });
    expect(body['contents']![1]!['parts']![0]!['thoughtSignature']).toBe('skip_thought_signature_validator');
  });
});

describe('media', () => {
  const partsOf = (block: Block, model = 'gemini-2.5-flash') => {
    const { body, losses } = write({ model, messages: [{ role: 'user', content: [block] }] });
    return losses.length > 0 ? losses : body['contents']![0]!['parts'];
  };

  it('are sent as they are', () => {
    const source = { type: 'base64', mediaType: 'audio/wav', data: 'd2F2' } as const;
    expect(partsOf({ type: 'audio', source })).toEqual([{ inlineData: { mimeType: 'audio/wav', data: 'd2F2' } }]);
  });

  it('are named by their address, with the media type that it tells', () => {
    expect(partsOf({ type: 'image', source: { type: 'url', url: 'https://example.com/a.PNG?x=1' } })).toEqual([
      { fileData: { fileUri: 'https://example.com/a.PNG?x=1', mimeType: 'image/png' } },
    ]);
    expect(partsOf({ type: 'document', source: { type: 'url', url: 'https://example.com/paper' } })).toEqual([
      { fileData: { fileUri: 'https://example.com/paper', mimeType: 'application/pdf' } },
    ]);
  });

  it('are lost where the model fetches no public address, those of Google apart', () => {
    expect(partsOf({ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }, 'gemini-1.5-flash')).toEqual([
      'messages[0].content[0]',
    ]);
    const bucket = { type: 'url', url: 'gs://bucket/a.png' } as const;
    expect(partsOf({ type: 'image', source: bucket }, 'gemini-1.5-flash')).toEqual([
      { fileData: { fileUri: bucket.url, mimeType: 'image/png' } },
    ]);
  });

  it('of the Files API are named by their full address', () => {
    expect(partsOf({ type: 'video', source: { type: 'file', id: 'files/abc', mediaType: 'video/mp4' } })).toEqual([
      { fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc', mimeType: 'video/mp4' } },
    ]);
  });

  it.each([
    ['low', { level: 'MEDIA_RESOLUTION_LOW' }],
    ['high', { level: 'MEDIA_RESOLUTION_HIGH' }],
    ['auto', undefined],
  ])('of %s detail have their resolution at Gemini 3, and tell its loss at others', (detail, mediaResolution) => {
    const block = { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'aW1n' }, detail } as const;
    const inlineData = { mimeType: 'image/png', data: 'aW1n' };
    expect(partsOf(block, 'gemini-3-flash-preview')).toEqual([{ inlineData, ...(mediaResolution && { mediaResolution }) }]);
    expect(partsOf(block)).toEqual(mediaResolution ? ['messages[0].content[0].detail'] : [{ inlineData }]);
  });

  it('have the name and the context of a document before them', () => {
    expect(partsOf({ type: 'document', source: { type: 'text', text: 'Words' }, name: 'a.txt', context: 'A draft' })).toEqual([
      { text: 'a.txt\nA draft' },
      { text: 'Words' },
    ]);
  });
});

describe('tools', () => {
  const parameters = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
  const tool = { type: 'function', name: 'f', description: 'Does.', parameters } as const;

  it('are declarations of functions; what takes plain text takes one argument', () => {
    const { body, losses } = write({
      tools: [
        tool,
        { type: 'function', name: 'now', parameters: { type: 'object', properties: {} } },
        { type: 'custom', name: 'patch', format: {} },
      ],
    });
    expect(body['tools']).toEqual([
      {
        functionDeclarations: [
          { name: 'f', description: 'Does.', parameters },
          { name: 'now' },
          { name: 'patch', parameters: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] } },
        ],
      },
    ]);
    expect(losses).toEqual(['tools[2].format']);
  });

  it('name each keyword that had to go', () => {
    const tags = { type: 'array', items: { type: 'string' }, uniqueItems: true };
    const { body, losses } = write({ tools: [{ ...tool, parameters: { type: 'object', properties: { tags } } }] });
    expect(losses).toEqual(['tools[0].parameters.properties.tags.uniqueItems']);
    expect(body['tools']![0]!['functionDeclarations']![0]!['parameters']!['properties']).toEqual({
      tags: { type: 'array', items: { type: 'string' } },
    });
  });

  it('of Google go as they are, those of others are lost', () => {
    const { body, losses } = write({
      tools: [
        { type: 'other', dialect: 'google', kind: 'googleSearch', value: { googleSearch: {} } },
        { type: 'other', dialect: 'anthropic', kind: 'bash_20250124', value: {} },
      ],
    });
    expect(body['tools']).toEqual([{ googleSearch: {} }]);
    expect(losses).toEqual(['tools[1]']);
  });

  it.each([
    [{ type: 'auto' }, { mode: 'AUTO' }],
    [{ type: 'none' }, { mode: 'NONE' }],
    [{ type: 'required' }, { mode: 'ANY' }],
    [
      { type: 'tool', name: 'f' },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
    [
      { type: 'allowed', names: ['f'], mode: 'required' },
      { mode: 'ANY', allowedFunctionNames: ['f'] },
    ],
    [
      { type: 'allowed', names: ['f'], mode: 'auto' },
      { mode: 'VALIDATED', allowedFunctionNames: ['f'] },
    ],
  ] as const)('are chosen by %o as %o', (choice, config) => {
    const toolChoice = choice.type === 'allowed' ? { ...choice, names: [...choice.names] } : choice;
    expect(write({ tools: [tool], options: { toolChoice } }).body['toolConfig']).toEqual({ functionCallingConfig: config });
    expect(write({ options: { toolChoice } }).body['toolConfig']).toBeUndefined();
  });

  it('are strict in a mode of their own, or a loss where the model has none', () => {
    const strict = { tools: [{ ...tool, strict: true }], options: { parallelToolCalls: false } };
    expect(write(strict).body['toolConfig']).toEqual({ functionCallingConfig: { mode: 'VALIDATED' } });
    expect(write(strict).losses).toEqual(["caller's parallelToolCalls"]);
    expect(write({ ...strict, model: 'gemini-2.0-flash' }).losses).toEqual(['tools[0].strict', "caller's parallelToolCalls"]);
  });
});

describe('options', () => {
  it('are members of generationConfig', () => {
    const { body, losses } = write({
      options: {
        maxTokens: 100,
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        stop: ['a'],
        seed: 7,
        n: 2,
        frequencyPenalty: 0.1,
        presencePenalty: 0.2,
        logprobs: true,
        topLogprobs: 3,
        modalities: ['text', 'image'],
      },
    });
    expect(body['generationConfig']).toEqual({
      maxOutputTokens: 100,
      temperature: 0.5,
      topP: 0.9,
      topK: 40,
      stopSequences: ['a'],
      seed: 7,
      candidateCount: 2,
      frequencyPenalty: 0.1,
      presencePenalty: 0.2,
      responseLogprobs: true,
      logprobs: 3,
      responseModalities: ['TEXT', 'IMAGE'],
    });
    expect(losses).toEqual([]);
  });

  it('that change nothing are left out', () => {
    const { body, losses } = write({
      options: {
        n: 1,
        stop: [],
        logprobs: false,
        frequencyPenalty: 0,
        store: false,
        metadata: {},
        serviceTier: 'auto',
        modalities: ['text'],
      },
    });
    expect(body).toEqual({ contents: [] });
    expect(losses).toEqual([]);
  });

  it('that Google does not have are told by the name of the caller', () => {
    const { losses } = write({
      options: {
        logitBias: { '1': 2 },
        verbosity: 'low',
        user: 'u',
        metadata: { a: 'b' },
        serviceTier: 'scale',
        cacheKey: 'k',
        store: true,
        stop: ['1', '2', '3', '4', '5', '6'],
        seed: 2 ** 40,
        own: { dialect: 'anthropic', fields: { container: 'c' } },
      },
    });
    expect(losses.toSorted()).toEqual(
      ['logitBias', 'verbosity', 'user', 'metadata', 'serviceTier', 'cacheKey', 'store', 'stop', 'seed']
        .map((name) => `caller's ${name}`)
        .concat('container')
        .toSorted(),
    );
  });

  it.each([
    [-(2 ** 31), []],
    [2 ** 31 - 1, []],
    [-(2 ** 31) - 1, ["caller's seed"]],
    [2 ** 31, ["caller's seed"]],
    [0.5, ["caller's seed"]],
  ])('hold a seed of 32 bits: %d', (seed, losses) => {
    expect(write({ options: { seed } }).losses).toEqual(losses);
  });

  it.each(['flex', 'priority'])('for the tier %s have its name at Google', (serviceTier) => {
    expect(write({ options: { serviceTier } })).toEqual({ body: { contents: [], serviceTier }, losses: [] });
  });

  it('of Google alone are passed on', () => {
    const fields = {
      safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
      cachedContent: 'cachedContents/1',
      generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_LOW' },
      toolConfig: { retrievalConfig: { languageCode: 'de' } },
    };
    expect(write({ options: { temperature: 1, own: { dialect: 'google', fields } } }).body).toEqual({
      contents: [],
      ...fields,
      generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_LOW', temperature: 1 },
    });
  });
});

describe('the form of the output', () => {
  const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };

  it('is JSON, with a schema in the field that keeps more of it', () => {
    const configOf = (output: Parameters<typeof write>[0]['options']) => write({ options: output ?? {} }).body['generationConfig'];
    expect(configOf({ output: { type: 'json' } })).toEqual({ responseMimeType: 'application/json' });
    expect(configOf({ output: { type: 'schema', schema, name: 'n' } })).toEqual({
      responseMimeType: 'application/json',
      responseSchema: schema,
    });
    const closed = { ...schema, additionalProperties: false };
    expect(configOf({ output: { type: 'schema', schema: closed } })).toEqual({
      responseMimeType: 'application/json',
      responseJsonSchema: closed,
    });
  });

  it('is lost beside functions on a model that refuses both together', () => {
    const request = { tools: [{ type: 'function', name: 'f' } as const], options: { output: { type: 'json' } as const } };
    expect(write(request)).toMatchObject({ losses: ["caller's output"], body: { contents: [] } });
    expect(write({ ...request, model: 'gemini-3-pro-preview' })).toMatchObject({
      losses: [],
      body: { generationConfig: { responseMimeType: 'application/json' } },
    });
  });
});

describe('thinking', () => {
  const LOST = 'lost';
  it.each([
    ['gemini-2.5-flash', { effort: 'none' }, { thinkingBudget: 0 }],
    ['gemini-2.5-flash', { effort: 'medium', visible: true }, { thinkingBudget: 8192, includeThoughts: true }],
    ['gemini-2.5-flash', { budget: -1 }, { thinkingBudget: -1 }],
    ['gemini-2.5-pro', { budget: 100_000 }, { thinkingBudget: 32_768 }],
    ['gemini-2.5-flash', { budget: 31_999 }, { thinkingBudget: 24_576 }],
    ['gemini-2.5-flash', { budget: 1 }, { thinkingBudget: 1 }],
    ['gemini-2.5-flash-lite', { budget: 0 }, { thinkingBudget: 0 }],
    ['endpoints/123', { budget: 100_000 }, { thinkingBudget: 100_000 }],
    ['gemini-2.5-pro', { effort: 'high', budget: 2000 }, { thinkingBudget: 2000 }],
    ['gemini-3-flash-preview', { effort: 'none', visible: true }, { thinkingLevel: 'MINIMAL' }],
    ['gemini-3-pro-preview', { effort: 'minimal' }, { thinkingLevel: 'LOW' }],
    ['gemini-3-pro-preview', { effort: 'xhigh' }, { thinkingLevel: 'HIGH' }],
    ['gemini-3-pro-preview', { budget: 5000 }, { thinkingBudget: 5000 }],
    ['gemini-3-pro-preview', { visible: true }, { includeThoughts: true }],
    ['gemini-2.0-flash', { effort: 'none' }, undefined],
    ['gemini-2.0-flash', { effort: 'low' }, LOST],
  ] as const)('of %s with %o is %o', (model, reasoning, config) => {
    const { body, losses } = write({ model, options: { reasoning } });
    expect(losses).toEqual(config === LOST ? ["caller's reasoning"] : []);
    expect(body['generationConfig']?.['thinkingConfig']).toEqual(config === LOST ? undefined : config);
  });

  it.each([
    ['gemini-2.5-pro', { effort: 'none' }, { thinkingBudget: 128 }],
    ['gemini-2.5-pro', { budget: 100 }, { thinkingBudget: 128 }],
    ['gemini-2.5-flash-lite', { budget: 100 }, { thinkingBudget: 512 }],
    ['gemini-3-pro-preview', { budget: 0 }, { thinkingLevel: 'LOW' }],
  ] as const)('of %s with %o is more than was asked for, %o, and the caller hears of it', (model, reasoning, config) => {
    const { body, losses } = write({ model, options: { reasoning } });
    expect(body['generationConfig']!['thinkingConfig']).toEqual(config);
    expect(losses).toEqual(["caller's reasoning"]);
  });
});
