import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswerContent, readRequestContent } from '../../../src/policy/extract/content.ts';
import type { Part } from '../../../src/policy/types.ts';

const said = (parts: readonly Part[]) => parts.filter(({ seam }) => seam !== true).map(({ path, role, text }) => `${role} ${path}: ${text}`);
const read = (body: object) => readRequestContent(body as Record<string, unknown>);

describe('the content of a request', () => {
  it('of Chat Completions is every word of its messages, tools and calls', () => {
    const { parts, unscannable } = read({
      model: 'gpt-4.1',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', name: 'ann', content: [{ type: 'text', text: 'What is it?' }, { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] },
        { role: 'assistant', content: null, tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"card":4242,"to":["a@b.example"]}' } }] },
        { role: 'tool', tool_call_id: 'call_1', content: 'a cat' },
      ],
      tools: [{ type: 'function', function: { name: 'look', description: 'Looks up.', parameters: { type: 'object', properties: { card: { type: 'number' } } } } }],
      user: 'user-7',
    });
    expect(said(parts)).toEqual([
      'system messages[0].content: Be brief.',
      'user messages[1].name: ann',
      'user messages[1].content[0].text: What is it?',
      'assistant messages[2].tool_calls[0].function.name: look',
      'assistant messages[2].tool_calls[0].function.arguments: card: 4242\nto: a@b.example',
      'tool messages[3].content: a cat',
      'definition tools[0].function.name: look',
      'definition tools[0].function.description: Looks up.',
      'definition tools[0].function.parameters: type: object\nproperties\ncard\ntype: number',
      'other user: user-7',
    ]);
    expect(unscannable).toEqual([{ path: 'messages[1].content[1].image_url.url', kind: 'image' }]);
  });

  it('of Responses knows instructions, items of calls and files', () => {
    const { parts, unscannable } = read({
      instructions: 'Be kind.',
      input: [
        { role: 'user', content: [{ type: 'input_text', text: 'Read this.' }, { type: 'input_file', filename: 'salaries.pdf', file_data: 'data:application/pdf;base64,AAAA' }] },
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"q":"x y"}' },
        { type: 'function_call_output', call_id: 'c', output: '{"answer":"z"}' },
      ],
    });
    expect(said(parts)).toEqual([
      'system instructions: Be kind.',
      'user input[0].content[0].text: Read this.',
      'user input[0].content[1].filename: salaries.pdf',
      'assistant input[1].name: f',
      'assistant input[1].arguments: q: x y',
      'tool input[2].output: answer: z',
    ]);
    expect(unscannable).toEqual([{ path: 'input[0].content[1].file_data', kind: 'file' }]);
  });

  it('of Messages knows tool results, thoughts and documents of text', () => {
    const { parts, unscannable } = read({
      system: [{ type: 'text', text: 'Be exact.' }],
      messages: [
        { role: 'user', content: [{ type: 'document', title: 'Notes', source: { type: 'text', media_type: 'text/plain', data: 'The notes.' } }] },
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm, well.', signature: 'AbC=' }, { type: 'tool_use', id: 't', name: 'f', input: { who: 'Ann' } }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } }, { type: 'text', text: 'found' }] }] },
      ],
    });
    expect(said(parts)).toEqual([
      'system system[0].text: Be exact.',
      'user messages[0].content[0].title: Notes',
      'user messages[0].content[0].source.data: The notes.',
      'assistant messages[1].content[0].thinking: Hm, well.',
      'assistant messages[1].content[1].name: f',
      'assistant messages[1].content[1].input: who: Ann',
      'tool messages[2].content[0].content[1].text: found',
    ]);
    expect(unscannable).toEqual([{ path: 'messages[2].content[0].content[0].source.data', kind: 'image' }]);
  });

  it('of generateContent knows its parts, inline text and files', () => {
    const { parts, unscannable } = read({
      systemInstruction: { parts: [{ text: 'Be fast.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Sum up.' }, { inlineData: { mimeType: 'text/csv', data: Buffer.from('a,b').toString('base64') } }] },
        { role: 'model', parts: [{ functionCall: { name: 'f', args: { q: 'x' } }, thoughtSignature: 'AbC=' }] },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: { a: 'y' } } }, { fileData: { fileUri: 'gs://b/secret.mp4', mimeType: 'video/mp4' } }] },
      ],
    });
    expect(said(parts)).toEqual([
      'system systemInstruction.parts[0].text: Be fast.',
      'user contents[0].parts[0].text: Sum up.',
      'user contents[0].parts[1].inlineData.data: a,b',
      'assistant contents[1].parts[0].functionCall.name: f',
      'assistant contents[1].parts[0].functionCall.args: q: x',
      'tool contents[2].parts[0].functionResponse.name: f',
      'tool contents[2].parts[0].functionResponse.response: a: y',
      'user contents[2].parts[1].fileData.fileUri: gs://b/secret.mp4',
    ]);
    expect(unscannable).toEqual([{ path: 'contents[2].parts[1].fileData.fileUri', kind: 'video' }]);
  });

  it('of embeddings and completions is their text; tokens in its place cannot be read', () => {
    expect(said(read({ input: ['a b', 'c d'] }).parts)).toEqual(['user input[0]: a b', 'user input[1]: c d']);
    expect(said(read({ prompt: 'go on' }).parts)).toEqual(['user prompt: go on']);
    expect(read({ input: [[1, 2, 3]] }).unscannable).toEqual([{ path: 'input[0]', kind: 'unknown' }]);
    expect(read({ prompt: [1, 2, 3] }).unscannable).toEqual([{ path: 'prompt', kind: 'unknown' }]);
  });

  it('tells what was said before from what is new', () => {
    const { parts } = read({ messages: ['user', 'assistant', 'user', 'user'].map((role, index) => ({ role, content: `turn ${index}` })) });
    expect(parts.filter(({ history }) => !history).map(({ text }) => text)).toEqual(expect.arrayContaining(['turn 2', 'turn 3']));
    expect(parts.filter(({ history, seam }) => history && seam !== true).map(({ text }) => text)).toEqual(['turn 0', 'turn 1']);
  });

  it('shows detectors what stands half in one piece and half in the next', () => {
    const { parts } = read({ messages: [{ role: 'user', content: [{ type: 'text', text: 'card 4242 4242' }, { type: 'text', text: ' 4242 4242' }] }] });
    expect(parts.find(({ seam }) => seam === true)?.text).toBe('card 4242 4242 4242 4242');
  });

  it('names kinds of blocks that nobody knows, and reads their words all the same', () => {
    const { parts, unscannable } = read({ messages: [{ role: 'user', content: [{ type: 'hologram', words: 'read me' }] }] });
    expect(unscannable).toEqual([{ path: 'messages[0].content[0]', kind: 'unknown' }]);
    expect(said(parts)).toEqual(['user messages[0].content[0].*: read me']);
  });

  it('reads a name or signature that is none', () => {
    const { parts } = read({ messages: [{ role: 'user', id: 'my card is 4242', content: [{ type: 'thinking', thinking: '', signature: 'not base64, but words' }] }] });
    expect(parts.map(({ text }) => text)).toEqual(expect.arrayContaining(['my card is 4242', 'not base64, but words']));
  });

  it('ends where JSON is nested without end', () => {
    let deep: unknown = 'the bottom';
    for (let level = 0; level < 500; level++) deep = { inner: deep };
    expect(read({ messages: [{ role: 'user', content: deep }] }).unscannable).toHaveLength(1);
  });
});

describe('the content of an answer', () => {
  it('is what the model wrote, and no log probabilities or counts', () => {
    const { parts } = readAnswerContent({
      id: 'chatcmpl-1',
      choices: [{ index: 0, finish_reason: 'stop', logprobs: { content: [{ token: 'Hi there' }] }, message: { role: 'assistant', content: 'Hi there', refusal: null } }],
      usage: { prompt_tokens: 1 },
    });
    expect(said(parts)).toEqual(['assistant choices[0].message.content: Hi there']);
  });
});

it('no text with a space in it gets past, wherever in the JSON it stands', () => {
  const words = fc.constantFrom('hello there', 'a card number', 'data data', 'x y z', 'data: x, y', 'data:text/plain,x y', 'data:;base64,x y');
  const names = fc.constantFrom('content', 'text', 'id', 'type', 'role', 'model', 'input', 'args', 'messages', 'parts', 'signature', 'other', 'data', 'system', 'response');
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof({ maxDepth: 6 }, words, fc.integer(), fc.array(tie('tree'), { maxLength: 4 }), fc.dictionary(names, tie('tree'), { maxKeys: 4 })),
  }));
  const leaves = (value: unknown): string[] => {
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [];
  };
  fc.assert(
    fc.property(fc.dictionary(names, tree, { maxKeys: 5 }), (body) => {
      const { parts, unscannable } = readRequestContent(body);
      const all = parts.map(({ text }) => text).join('\n');
      for (const leaf of leaves(body)) expect(all.includes(leaf) || unscannable.length > 0, leaf).toBe(true);
    }),
    { seed: 7, numRuns: 500 },
  );
});
