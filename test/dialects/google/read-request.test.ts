// Bodies of generateContent from callers.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RequestError } from '../../../src/chat/dialect.ts';
import { Losses } from '../../../src/chat/losses.ts';
import { googleProvider, googleSurface } from '../../../src/dialects/google/dialect.ts';
import { read } from './helpers.ts';

const CONTENTS = [{ role: 'user', parts: [{ text: 'Hi' }] }];
const blocksOf = (...parts: unknown[]) => read({ contents: [{ role: 'user', parts }] }).request.messages[0]!.content;
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a request', () => {
  it('is read from names in camelCase', () => {
    const { request, losses } = read({
      systemInstruction: { role: 'user', parts: [{ text: 'Be brief.' }] },
      contents: [...CONTENTS, { role: 'model', parts: [{ text: 'Hello' }] }, { parts: [{ text: 'Bye' }] }],
      generationConfig: {
        maxOutputTokens: 9,
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        stopSequences: ['x'],
        seed: -7,
        candidateCount: 2,
        frequencyPenalty: 0.1,
        presencePenalty: 0.2,
        responseLogprobs: true,
        logprobs: 3,
        responseModalities: ['TEXT', 'IMAGE'],
        thinkingConfig: { thinkingBudget: -1, thinkingLevel: 'HIGH', includeThoughts: true },
      },
      serviceTier: 'FLEX',
    });
    expect(request).toEqual({
      model: '',
      stream: false,
      tools: [],
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }], at: 'systemInstruction' },
        { role: 'user', content: [{ type: 'text', text: 'Hi' }], at: 'contents[0]' },
        { role: 'assistant', content: [{ type: 'text', text: 'Hello' }], at: 'contents[1]' },
        { role: 'user', content: [{ type: 'text', text: 'Bye' }], at: 'contents[2]' },
      ],
      options: {
        maxTokens: 9,
        temperature: 0.5,
        topP: 0.9,
        topK: 40,
        stop: ['x'],
        seed: -7,
        n: 2,
        frequencyPenalty: 0.1,
        presencePenalty: 0.2,
        logprobs: true,
        topLogprobs: 3,
        modalities: ['text', 'image'],
        reasoning: { effort: 'high', budget: -1, visible: true },
        serviceTier: 'flex',
      },
    });
    expect(losses).toEqual([]);
  });

  it('is read from names in snake_case, and numbers from strings', () => {
    const { request, losses } = read({
      model: 'models/gemini-2.5-flash',
      stream: true,
      system_instruction: 'Be brief.',
      contents: [{ role: 'user', parts: { inline_data: { mime_type: 'image/png', data: 'aW1n' } } }],
      generation_config: { max_output_tokens: '9', thinking_config: { include_thoughts: false } },
      tools: { function_declarations: [{ name: 'f', parameters_json_schema: { type: 'object', min_items: 1 } }] },
      tool_config: { function_calling_config: { mode: 'any', allowed_function_names: ['f'] } },
    });
    expect(request).toEqual({
      model: 'gemini-2.5-flash',
      stream: true,
      messages: [
        { role: 'system', content: [{ type: 'text', text: 'Be brief.' }], at: 'system_instruction' },
        {
          role: 'user',
          content: [{ type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'aW1n' } }],
          at: 'contents[0]',
        },
      ],
      // A caller's schema is not renamed.
      tools: [{ type: 'function', name: 'f', parameters: { type: 'object', min_items: 1 } }],
      options: { maxTokens: 9, reasoning: { visible: false }, toolChoice: { type: 'tool', name: 'f' } },
    });
    expect(losses).toEqual([]);
  });

  it.each([
    ['standard', 'default'],
    ['PRIORITY', 'priority'],
    ['SERVICE_TIER_FLEX', 'flex'],
    ['unspecified', undefined],
  ])('for the tier %s asks for %s', (serviceTier, tier) => {
    expect(read({ contents: CONTENTS, serviceTier, store: false })).toMatchObject({
      request: { options: { store: false, ...(tier === undefined ? {} : { serviceTier: tier }) } },
      losses: [],
    });
  });

  it('may ask to think harder than hard', () => {
    const { request } = read({ contents: CONTENTS, generationConfig: { thinkingConfig: { thinkingLevel: 'XHIGH' } } });
    expect(request.options.reasoning).toEqual({ effort: 'xhigh' });
  });

  it('names what nobody understands by the words of the caller', () => {
    const { losses } = read({
      contents: [{ role: 'user', parts: [{ text: 'Hi', video_metadata: { fps: 1 }, unknown: null }], extra: 1 }],
      toolConfig: { functionCallingConfig: { mode: 'AUTO', allowedFunctionNames: ['f'] } },
      flag: false,
      generation_config: { thinking_config: { depth: 1 } },
      something: true,
      nothing: [],
    });
    expect(losses.toSorted()).toEqual([
      'contents[0].extra',
      'contents[0].parts[0].video_metadata',
      'generation_config.thinking_config.depth',
      'something',
      'toolConfig.functionCallingConfig.allowedFunctionNames',
    ]);
  });

  it('keeps what only Google understands, and gives it back to Google in its place', () => {
    const own = {
      safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }],
      cachedContent: 'cachedContents/1',
      generationConfig: { speechConfig: { languageCode: 'de' }, temperature: 1 },
      tools: [{ functionDeclarations: [{ name: 'f' }] }],
      toolConfig: {
        retrievalConfig: { languageCode: 'de' },
        functionCallingConfig: { mode: 'VALIDATED', streamFunctionCallArguments: true },
      },
    };
    const { request, losses } = read({ contents: CONTENTS, ...own });
    expect(losses).toEqual([]);
    expect(request.options).toEqual({
      temperature: 1,
      toolChoice: { type: 'auto' },
      own: {
        dialect: 'google',
        fields: {
          safetySettings: own.safetySettings,
          cachedContent: 'cachedContents/1',
          'generationConfig.speechConfig': { languageCode: 'de' },
          'toolConfig.retrievalConfig': { languageCode: 'de' },
          'toolConfig.functionCallingConfig.streamFunctionCallArguments': true,
          'toolConfig.functionCallingConfig.mode': 'VALIDATED',
        },
      },
    });
    expect(googleProvider.writeRequest(request, { losses: new Losses(), nameOf: googleSurface.nameOf })).toEqual({
      contents: CONTENTS,
      ...own,
    });
  });
});

describe('parts', () => {
  it('are blocks, one for one', () => {
    const code = { executableCode: { language: 'PYTHON', code: '1' } };
    expect(
      blocksOf(
        { text: '' },
        { text: 'Hm', thought: true, thoughtSignature: 'c2ln' },
        { thoughtSignature: 'c2ln' },
        { inlineData: { mimeType: 'application/pdf', data: 'cGRm', displayName: 'a.pdf' } },
        { inlineData: { mimeType: 'audio/wav', data: 'd2F2' } },
        { fileData: { fileUri: 'https://example.com/a.png', mimeType: 'image/png' } },
        { fileData: { fileUri: 'gs://bucket/a.mp4', mimeType: 'video/mp4' } },
        { fileData: { fileUri: 'https://youtu.be/x' } },
        { fileData: { fileUri: 'https://example.com/b.webp?x=1' } },
        code,
      ),
    ).toEqual([
      { type: 'text', text: '' },
      { type: 'reasoning', text: 'Hm', signature: { dialect: 'google', value: 'c2ln' } },
      { type: 'text', text: '', signature: { dialect: 'google', value: 'c2ln' } },
      { type: 'document', source: { type: 'base64', mediaType: 'application/pdf', data: 'cGRm' }, name: 'a.pdf' },
      { type: 'audio', source: { type: 'base64', mediaType: 'audio/wav', data: 'd2F2' } },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png', mediaType: 'image/png' } },
      { type: 'video', source: { type: 'file', id: 'gs://bucket/a.mp4', mediaType: 'video/mp4' } },
      { type: 'video', source: { type: 'url', url: 'https://youtu.be/x' } },
      { type: 'image', source: { type: 'url', url: 'https://example.com/b.webp?x=1' } },
      { type: 'other', dialect: 'google', kind: 'executableCode', value: code },
    ]);
  });

  it.each([base64('anthropic:abc=='), base64('anthropic:abc==').replaceAll('=', ''), 'anthropic:abc=='])(
    'give a signature of another dialect back to it: %s',
    (thoughtSignature) => {
      expect(blocksOf({ text: 'Hm', thought: true, thoughtSignature })).toEqual([
        { type: 'reasoning', text: 'Hm', signature: { dialect: 'anthropic', value: 'abc==' } },
      ]);
    },
  );
});

it('how closely to look is the detail of an image, and a loss where there is no such word', () => {
  const image = { inlineData: { mimeType: 'image/png', data: 'aW1n' } };
  const part = (level: string, media: object = image) => ({ ...media, mediaResolution: { level } });
  const parts = [
    part('MEDIA_RESOLUTION_LOW'),
    part('MEDIA_RESOLUTION_ULTRA_HIGH'),
    part('MEDIA_RESOLUTION_LOW', { inlineData: { mimeType: 'application/pdf', data: 'cGRm' } }),
  ];
  const { request, losses } = read({ contents: [{ role: 'user', parts }] });
  expect(request.messages[0]!.content.map((block) => (block.type === 'image' ? block.detail : block.type))).toEqual([
    'low',
    undefined,
    'document',
  ]);
  expect(losses).toEqual(['contents[0].parts[1].mediaResolution', 'contents[0].parts[2].mediaResolution']);
});

describe('a turn of the model', () => {
  const turn = (...parts: unknown[]) => ({ role: 'model', parts });
  const signed = { dialect: 'anthropic', value: 'abc' };
  const thoughtSignature = base64('anthropic:abc');

  it('is whole again where an SDK sends each chunk of a stream as a content', () => {
    const { request } = read({
      contents: [
        ...CONTENTS,
        turn({ text: 'Let me ', thought: true }),
        turn({ text: 'see.', thought: true }),
        turn({ text: '', thought: true, thoughtSignature }),
        turn({ text: 'Hel' }),
        turn({ text: 'lo' }),
        turn({ functionCall: { name: 'f' } }),
        turn({ text: '' }),
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: { output: 'x' } } }] },
      ],
    });
    expect(request.messages.map(({ at, content }) => [at, content.map((block) => block.type)])).toEqual([
      ['contents[0]', ['text']],
      ['contents[1]', ['reasoning', 'text', 'tool-call']],
      ['contents[8]', ['tool-result']],
    ]);
    expect(request.messages[1]!.content.slice(0, 2)).toEqual([
      { type: 'reasoning', text: 'Let me see.', signature: signed },
      { type: 'text', text: 'Hello' },
    ]);
  });

  it('keeps words under different signatures apart', () => {
    const parts = [
      { text: 'a', thought: true, thoughtSignature },
      { text: 'b', thought: true, thoughtSignature },
    ];
    expect(read({ contents: [turn(...parts)] }).request.messages[0]!.content).toHaveLength(2);
  });
});

describe('calls and their responses', () => {
  const idsOf = (...contents: unknown[]) =>
    read({ contents }).request.messages.flatMap(({ content }) =>
      content.map((block) => (block.type === 'tool-call' ? block.id : block.type === 'tool-result' ? `-> ${block.callId}` : block.type)),
    );
  const calls = (...functionCalls: object[]) => ({ role: 'model', parts: functionCalls.map((functionCall) => ({ functionCall })) });
  const responses = (...given: object[]) => ({
    role: 'user',
    parts: given.map((one) => ({ functionResponse: { response: {}, ...one } })),
  });
  const f = { name: 'f' };
  const g = { name: 'g' };

  it('are brought together by name and order where there are no ids', () => {
    expect(idsOf(calls(f, g, f), responses(g, f, f))).toEqual(['call_0', 'call_1', 'call_2', '-> call_1', '-> call_0', '-> call_2']);
  });

  it('are brought together within their own turn', () => {
    expect(idsOf(calls(f, f), responses(f), calls(f), responses(f))).toEqual(['call_0', 'call_1', '-> call_0', 'call_2', '-> call_2']);
  });

  it('are brought together across the contents of one turn', () => {
    expect(idsOf(calls(f), calls(g), responses(f), { ...responses(g), role: 'function' })).toEqual([
      'call_0',
      'call_1',
      '-> call_0',
      '-> call_1',
    ]);
  });

  it('keep ids that are there', () => {
    expect(idsOf(calls({ ...f, id: 'b' }, { ...f, id: 'a' }), responses({ ...f, id: 'a' }, { ...f, id: 'b' }))).toEqual([
      'b',
      'a',
      '-> a',
      '-> b',
    ]);
  });

  it.each([
    [{ output: 'warm' }, 'warm', undefined],
    [{ name: 'f', output: 'warm' }, 'warm', undefined],
    [{ name: 'f', content: 'warm' }, 'warm', undefined],
    [{ name: 'f', content: { t: 20 } }, '{"t":20}', undefined],
    [{ name: 'f', error: 'none' }, 'none', true],
    [{ content: 'warm' }, '{"content":"warm"}', undefined],
    [{ name: 'Ann', content: 'warm' }, '{"name":"Ann","content":"warm"}', undefined],
    [{ name: 'f', content: 'warm', t: 20 }, '{"name":"f","content":"warm","t":20}', undefined],
  ])('say what came out, without what SDKs put around it: %j', (response, text, isError) => {
    const { request } = read({ contents: [calls(f), responses({ ...f, response })] });
    expect(request.messages[1]!.content[0]).toMatchObject({ type: 'tool-result', content: [{ type: 'text', text }] });
    expect((request.messages[1]!.content[0] as { isError?: true }).isError).toBe(isError);
  });

  it('hold arguments, results, errors and images', () => {
    const image = { inlineData: { mimeType: 'image/png', data: 'aW1n' } };
    const { request } = read({
      contents: [
        { role: 'model', parts: [{ functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 'c2ln' }, { functionCall: g }] },
        responses(
          { ...f, response: { output: 'warm' }, parts: [image] },
          { ...g, response: { error: { code: 1 } } },
          { ...g, response: { a: 1 } },
        ),
      ],
    });
    expect(request.messages.map(({ content }) => content)).toEqual([
      [
        {
          type: 'tool-call',
          kind: 'function',
          id: 'call_0',
          name: 'f',
          arguments: '{"a":1}',
          signature: { dialect: 'google', value: 'c2ln' },
        },
        { type: 'tool-call', kind: 'function', id: 'call_1', name: 'g', arguments: '{}' },
      ],
      [
        {
          type: 'tool-result',
          callId: 'call_0',
          name: 'f',
          content: [
            { type: 'text', text: 'warm' },
            { type: 'image', source: { type: 'base64', mediaType: 'image/png', data: 'aW1n' } },
          ],
        },
        { type: 'tool-result', callId: 'call_1', name: 'g', content: [{ type: 'text', text: '{"code":1}' }], isError: true },
        { type: 'tool-result', callId: 'call_2', name: 'g', content: [{ type: 'text', text: '{"a":1}' }] },
      ],
    ]);
  });
});

describe('tools', () => {
  it('have their parameters as JSON Schema, whatever the form in which they came', () => {
    const parameters = {
      type: 'OBJECT',
      property_ordering: ['b', 'a'],
      properties: {
        a: { type: 'STRING', format: 'enum', enum: ['x'], nullable: true },
        b: { type: 'ARRAY', minItems: '2', items: { anyOf: [{ type: 'INTEGER' }, { type: 'TYPE_UNSPECIFIED' }], nullable: true } },
      },
      required: ['a'],
    };
    const { request } = read({ contents: CONTENTS, tools: [{ functionDeclarations: [{ name: 'f', description: 'd', parameters }] }] });
    expect(request.tools).toEqual([
      {
        type: 'function',
        name: 'f',
        description: 'd',
        parameters: {
          type: 'object',
          properties: {
            b: { type: 'array', minItems: 2, items: { anyOf: [{ type: 'integer' }, {}, { type: 'null' }] } },
            a: { type: ['string', 'null'], enum: ['x', null] },
          },
          required: ['a'],
        },
      },
    ]);
    expect(JSON.stringify(request.tools)).toMatch(/"b":.*"a":/);
  });

  it('that run at Google are kept for Google', () => {
    expect(read({ contents: CONTENTS, tools: [{ google_search: {} }, { codeExecution: {} }] }).request.tools).toEqual([
      { type: 'other', dialect: 'google', kind: 'googleSearch', value: { googleSearch: {} } },
      { type: 'other', dialect: 'google', kind: 'codeExecution', value: { codeExecution: {} } },
    ]);
  });

  it.each([
    [{ mode: 'AUTO' }, { type: 'auto' }],
    [{ mode: 'NONE' }, { type: 'none' }],
    [{ mode: 'ANY' }, { type: 'required' }],
    [
      { mode: 'ANY', allowedFunctionNames: ['f'] },
      { type: 'tool', name: 'f' },
    ],
    [
      { mode: 'ANY', allowedFunctionNames: ['f', 'g'] },
      { type: 'allowed', names: ['f', 'g'], mode: 'required' },
    ],
    [
      { mode: 'VALIDATED', allowedFunctionNames: ['f'] },
      { type: 'allowed', names: ['f'], mode: 'auto' },
    ],
    [{}, undefined],
  ])('are chosen by %o as %o', (functionCallingConfig, toolChoice) => {
    expect(read({ contents: CONTENTS, toolConfig: { functionCallingConfig } }).request.options.toolChoice).toEqual(toolChoice);
  });
});

describe('the form of the output', () => {
  it.each([
    [{ responseMimeType: 'application/json' }, { type: 'json' }],
    [{ responseMimeType: 'text/plain' }, undefined],
    [
      { responseMimeType: 'application/json', responseSchema: { type: 'STRING' } },
      { type: 'schema', schema: { type: 'string' } },
    ],
    [
      { response_mime_type: 'application/json', response_json_schema: { const: 1 } },
      { type: 'schema', schema: { const: 1 } },
    ],
  ])('of %o is %o', (generationConfig, output) => {
    expect(read({ contents: CONTENTS, generationConfig }).request.options.output).toEqual(output);
  });
});

describe('bad input', () => {
  it.each([
    [{}, 'contents', 'contents must be a list with at least one content.'],
    [{ contents: 'Hi' }, 'contents', 'contents must be a list.'],
    [{ contents: [1] }, 'contents[0]', 'contents[0] must be an object.'],
    [{ contents: [{ role: 'system', parts: [] }] }, 'contents[0].role', 'systemInstruction'],
    [{ contents: [{ parts: [{}] }] }, 'contents[0].parts[0]', 'must have one of text, inlineData'],
    [{ contents: [{ parts: [{ text: 1 }] }] }, 'contents[0].parts[0].text', 'must be a string'],
    [{ contents: [{ parts: [{ function_call: {} }] }] }, 'contents[0].parts[0].function_call.name', 'must be a non-empty string'],
    [{ contents: [{ parts: [{ inlineData: { data: 'x' } }] }] }, 'contents[0].parts[0].inlineData.mimeType', 'must be a non-empty string'],
    [{ contents: CONTENTS, generation_config: { top_k: 'x' } }, 'generation_config.top_k', 'must be a number'],
    [{ contents: CONTENTS, generationConfig: { candidateCount: 0 } }, 'generationConfig.candidateCount', 'a whole number of at least 1'],
    [{ contents: CONTENTS, generationConfig: { responseMimeType: 'image/png' } }, 'generationConfig.responseMimeType', 'application/json'],
    [
      { contents: CONTENTS, generationConfig: { thinkingConfig: { thinkingLevel: 'MAX' } } },
      'generationConfig.thinkingConfig.thinkingLevel',
      'HIGH',
    ],
    [{ contents: CONTENTS, toolConfig: { functionCallingConfig: { mode: 'x' } } }, 'toolConfig.functionCallingConfig.mode', 'ANY'],
  ])('%o is refused with the name of the field', (body, param, words) => {
    let error: unknown;
    try {
      read(body);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(RequestError);
    expect(error).toMatchObject({ param, message: expect.stringContaining(words) });
    expect((error as Error).message).toContain(param);
  });

  it('never crashes the reader or the writer behind it', () => {
    const names = [
      'text',
      'functionCall',
      'function_response',
      'inlineData',
      'fileData',
      'thought',
      'name',
      'args',
      'response',
      'parts',
      'toString',
    ];
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('any')),
        fc.dictionary(fc.constantFrom(...names), tie('any')),
      ),
    })).any;
    const part = fc.dictionary(fc.constantFrom(...names), value);
    fc.assert(
      fc.property(fc.array(part), fc.jsonValue(), fc.jsonValue(), (parts, config, tools) => {
        for (const body of [
          { contents: [{ parts }] },
          { contents: CONTENTS, generationConfig: config, tools },
          { contents: config, toolConfig: tools },
        ]) {
          try {
            googleProvider.writeRequest(read(body).request, { losses: new Losses(), nameOf: googleSurface.nameOf });
          } catch (error) {
            expect(error).toBeInstanceOf(RequestError);
          }
        }
      }),
    );
  });
});

it.each(['thoughtSignature', 'thought_signature'])('thoughts of another model are seen in %s', (name) => {
  const body = (signature: string) => ({ contents: [...CONTENTS, { role: 'model', parts: [{ text: 'Hm', [name]: signature }] }] });
  expect(googleSurface.holdsForeign!(body(base64('anthropic:abc')))).toBe(true);
  expect(googleSurface.holdsForeign!(body('c2ln'))).toBe(false);
});

it('every option has a name of the caller', () => {
  expect(googleSurface.nameOf('topK')).toBe('generationConfig.topK');
  expect(googleSurface.nameOf('toolChoice')).toBe('toolConfig.functionCallingConfig');
});

describe('a block is called by the place where the caller has it', () => {
  const call = { functionCall: { name: 'f' } };
  const code = { executableCode: { language: 'PYTHON', code: '1' } };
  const shot = { inlineData: { mimeType: 'image/png', data: 'aW1n' } };
  const contents = [
    ...CONTENTS,
    { role: 'model', parts: [{ text: 'Hel' }] },
    { role: 'model', parts: [{ text: 'lo' }, code] },
    { role: 'model', parts: [{ text: '' }, call] },
    { role: 'user', parts: [{ functionResponse: { name: 'f', response: {}, parts: [shot] } }] },
  ];

  it.each([
    ['contents[0].content[0]', 'contents[0].parts[0]'],
    ['contents[1].content[0]', 'contents[1].parts[0]'],
    ['contents[1].content[1]', 'contents[2].parts[1]'],
    ['contents[1].content[2].x', 'contents[3].parts[1].x'],
    ['contents[4].content[0].content[0]', 'contents[4].parts[0].functionResponse.response'],
    ['contents[4].content[0].content[1]', 'contents[4].parts[0].functionResponse.parts[0]'],
    ['systemInstruction.content[0]', 'systemInstruction.parts[0]'],
    ['system_instruction.content[1].detail', 'system_instruction.parts[1].detail'],
    ['contents[0].parts[0].videoMetadata', 'contents[0].parts[0].videoMetadata'],
    ['generationConfig.seed', 'generationConfig.seed'],
  ])('%s is %s', (name, path) => {
    expect(googleSurface.pathOf!(name, { contents })).toBe(path);
  });

  it('where there is one content, without a list', () => {
    expect(googleSurface.pathOf!('contents.content[0]', { contents: CONTENTS[0] })).toBe('contents.parts[0]');
  });
});

describe('a tool is called by the place where the caller has it', () => {
  const BODY = {
    tools: [
      { googleSearch: {}, functionDeclarations: [{ name: 'f' }, { name: 'g', parametersJsonSchema: {} }] },
      { function_declarations: { name: 'h' }, code_execution: {} },
    ],
  };

  it.each([
    ['tools[0]', 'tools[0].functionDeclarations[0]'],
    ['tools[0].parameters.properties.a.not', 'tools[0].functionDeclarations[0].parameters.properties.a.not'],
    ['tools[1].parameters.not', 'tools[0].functionDeclarations[1].parametersJsonSchema.not'],
    ['tools[2]', 'tools[0].googleSearch'],
    ['tools[3].strict', 'tools[1].function_declarations.strict'],
    ['tools[4]', 'tools[1].code_execution'],
    ['tools[5]', 'tools[5]'],
    ['tools[0].functionDeclarations[1].behavior', 'tools[0].functionDeclarations[1].behavior'],
  ])('%s is %s', (name, path) => {
    expect(googleSurface.pathOf!(name, BODY)).toBe(path);
  });
});
