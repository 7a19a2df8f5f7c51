// One conversation in no dialect, and how an application says it to each SDK. Written apart from the product's own middle.
import { MODEL, type Json, type Stage } from './stage.ts';

/** `image`, `pdf`: an address, or bytes as a data: URL. `id`: of the call, for the dialects that have such. */
export type Part =
  | { text: string; cached?: true }
  | { image: string }
  | { pdf: string }
  | { call: string; id: string; args: Json }
  | { result: string; id: string; of: string; failed?: true; image?: string; pdf?: string };

export interface Talk {
  system?: string;
  turns: { by: 'user' | 'model'; parts: Part[] }[];
  /** Names of tools with a parameter `at`, and of those without any. */
  tools?: { name: string; takesNothing?: true }[];
  /** `may`: the only ones that may be called; all where it is absent. */
  choice?: { may?: string[]; must: boolean };
  maxTokens?: number;
  stop?: string[];
  schema?: Json;
}

export const SCHEMA = { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] };
const defined = (fields: Json): Json => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
const bytesOf = (url: string): { media_type: string; data: string } | undefined => {
  const [, media, data] = /^data:([^;]+);base64,(.*)$/.exec(url) ?? [];
  return media === undefined || data === undefined ? undefined : { media_type: media, data };
};
const isResult = (part: Part): boolean => 'result' in part;

function chatPart(part: Part): Json {
  if ('text' in part) return { type: 'text', text: part.text };
  if ('image' in part && !('result' in part)) return { type: 'image_url', image_url: { url: part.image } };
  return { type: 'file', file: { filename: 'a.pdf', file_data: (part as { pdf: string }).pdf } };
}

function chatMessages({ by, parts }: Talk['turns'][number]): Json[] {
  if (by === 'model') {
    const text = parts.map((part) => ('text' in part ? part.text : '')).join('');
    const calls = parts.flatMap((part) =>
      'call' in part ? [{ id: part.id, type: 'function', function: { name: part.call, arguments: JSON.stringify(part.args) } }] : [],
    );
    return [{ role: 'assistant', content: text === '' ? null : text, ...(calls.length === 0 ? {} : { tool_calls: calls }) }];
  }
  const results = parts.flatMap((part): Json[] => {
    if (!('result' in part)) return [];
    const media = resultMedia(part).map(chatPart);
    return [
      { role: 'tool', tool_call_id: part.id, content: media.length === 0 ? part.result : [{ type: 'text', text: part.result }, ...media] },
    ];
  });
  const rest = parts.filter((part) => !isResult(part));
  return [...results, ...(rest.length === 0 ? [] : [{ role: 'user', content: rest.map(chatPart) }])];
}

/** What a result holds besides its words. */
function resultMedia({ image, pdf }: { image?: string; pdf?: string }): Part[] {
  return [...(image === undefined ? [] : [{ image }]), ...(pdf === undefined ? [] : [{ pdf }])];
}

export function chatOf({ system, turns, tools, choice, maxTokens, stop, schema }: Talk): Json {
  const named = (name: string): Json => ({ type: 'function', function: { name } });
  const mode = choice?.must === true ? 'required' : 'auto';
  const single = choice?.must === true && choice.may?.length === 1 ? named(choice.may[0]!) : undefined;
  const allowed = choice?.may && { type: 'allowed_tools', allowed_tools: { mode, tools: choice.may.map(named) } };
  return defined({
    model: MODEL,
    messages: [...(system === undefined ? [] : [{ role: 'system', content: system }]), ...turns.flatMap(chatMessages)],
    tools: tools?.map(({ name, takesNothing }) => ({
      type: 'function',
      function: { name, ...(takesNothing ? {} : { parameters: SCHEMA }) },
    })),
    tool_choice: choice && (choice.may?.length === 0 ? 'none' : (single ?? allowed ?? mode)),
    max_completion_tokens: maxTokens,
    stop,
    response_format: schema && { type: 'json_schema', json_schema: { name: 'answer', schema, strict: true } },
  });
}

function responsesPart(part: Part): Json {
  if ('text' in part) return { type: 'input_text', text: part.text };
  if ('image' in part && !('result' in part)) return { type: 'input_image', detail: 'auto', image_url: part.image };
  const { pdf } = part as { pdf: string };
  return { type: 'input_file', ...(pdf.startsWith('data:') ? { filename: 'a.pdf', file_data: pdf } : { file_url: pdf }) };
}

function items({ by, parts }: Talk['turns'][number]): Json[] {
  return parts.flatMap((part): Json[] => {
    if ('call' in part) return [{ type: 'function_call', call_id: part.id, name: part.call, arguments: JSON.stringify(part.args) }];
    if (!('result' in part)) {
      if (by === 'user') return [{ type: 'message', role: 'user', content: [responsesPart(part)] }];
      return [
        { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: (part as { text: string }).text, annotations: [] }] },
      ];
    }
    const media = resultMedia(part).map(responsesPart);
    const output = media.length === 0 ? part.result : [{ type: 'input_text', text: part.result }, ...media];
    return [{ type: 'function_call_output', call_id: part.id, output }];
  });
}

export function responsesOf({ system, turns, tools, choice, maxTokens, schema }: Talk): Json {
  const named = (name: string): Json => ({ type: 'function', name });
  const mode = choice?.must === true ? 'required' : 'auto';
  const single = choice?.must === true && choice.may?.length === 1 ? named(choice.may[0]!) : undefined;
  const allowed = choice?.may && { type: 'allowed_tools', mode, tools: choice.may.map(named) };
  return defined({
    model: MODEL,
    instructions: system,
    input: turns.flatMap(items),
    tools: tools?.map(({ name, takesNothing }) => ({ type: 'function', name, strict: false, parameters: takesNothing ? null : SCHEMA })),
    tool_choice: choice && (choice.may?.length === 0 ? 'none' : (single ?? allowed ?? mode)),
    max_output_tokens: maxTokens,
    text: schema && { format: { type: 'json_schema', name: 'answer', schema, strict: true } },
  });
}

function claudeBlock(part: Part): Json {
  if ('text' in part) return { type: 'text', text: part.text, ...(part.cached ? { cache_control: { type: 'ephemeral' } } : {}) };
  if ('call' in part) return { type: 'tool_use', id: part.id, name: part.call, input: part.args };
  if ('result' in part) {
    const media = resultMedia(part).map(claudeBlock);
    const content = media.length === 0 ? part.result : [{ type: 'text', text: part.result }, ...media];
    return { type: 'tool_result', tool_use_id: part.id, content, ...(part.failed ? { is_error: true } : {}) };
  }
  const [type, url] = 'image' in part ? ['image', part.image] : ['document', part.pdf];
  const bytes = bytesOf(url);
  return { type, source: bytes === undefined ? { type: 'url', url } : { type: 'base64', ...bytes } };
}

export function messagesOf({ system, turns, tools, choice, maxTokens, stop, schema }: Talk): Json {
  const only = choice?.may?.[0];
  return defined({
    model: MODEL,
    max_tokens: maxTokens ?? 2000,
    system,
    messages: turns.map(({ by, parts }) => ({ role: by === 'model' ? 'assistant' : 'user', content: parts.map(claudeBlock) })),
    tools: tools?.map(({ name, takesNothing }) => ({ name, input_schema: takesNothing ? { type: 'object' } : SCHEMA })),
    tool_choice: choice && {
      type: choice.may?.length === 0 ? 'none' : only !== undefined ? 'tool' : choice.must ? 'any' : 'auto',
      name: only,
    },
    stop_sequences: stop,
    output_config: schema && { format: { type: 'json_schema', schema } },
  });
}

function geminiPart(part: Part): Json {
  if ('text' in part) return { text: part.text };
  if ('call' in part) return { functionCall: { name: part.call, args: part.args } };
  if ('result' in part) {
    const media = resultMedia(part).map(geminiPart);
    const response = { [part.failed ? 'error' : 'output']: part.result };
    return { functionResponse: { name: part.of, response, ...(media.length === 0 ? {} : { parts: media }) } };
  }
  const [mimeType, url] = 'image' in part ? ['image/png', part.image] : ['application/pdf', part.pdf];
  const bytes = bytesOf(url);
  return bytes === undefined ? { fileData: { mimeType, fileUri: url } } : { inlineData: { mimeType, data: bytes.data } };
}

export function geminiOf({ system, turns, tools, choice, maxTokens, stop, schema }: Talk): Json {
  const mode = choice?.may?.length === 0 ? 'NONE' : choice?.must ? 'ANY' : choice?.may ? 'VALIDATED' : 'AUTO';
  const names = choice?.may?.length ? { allowedFunctionNames: choice.may } : {};
  return {
    model: MODEL,
    contents: turns.map(({ by, parts }) => ({ role: by, parts: parts.map(geminiPart) })),
    config: defined({
      systemInstruction: system,
      tools: tools && [
        {
          functionDeclarations: tools.map(({ name, takesNothing }) => ({
            name,
            ...(takesNothing ? {} : { parametersJsonSchema: SCHEMA }),
          })),
        },
      ],
      toolConfig: choice && { functionCallingConfig: { mode, ...names } },
      maxOutputTokens: maxTokens,
      stopSequences: stop,
      responseMimeType: schema && 'application/json',
      responseJsonSchema: schema,
    }),
  };
}

/** Who asks: the SDK, and what of a talk its dialect has no words for. */
export const ASKERS: Record<string, (stage: Stage, talk: Talk) => Promise<{ dropped: string[] }>> = {
  'openai chat': async (stage, talk) => {
    await stage.openai.chat.completions.create(chatOf(talk) as Parameters<typeof stage.openai.chat.completions.create>[0]);
    return { dropped: stage.dropped() };
  },
  'openai responses': async (stage, talk) => {
    await stage.openai.responses.create(responsesOf(talk) as Parameters<typeof stage.openai.responses.create>[0]);
    return { dropped: stage.dropped() };
  },
  'anthropic messages': async (stage, talk) => {
    await stage.anthropic.messages.create(messagesOf(talk) as Parameters<typeof stage.anthropic.messages.create>[0]);
    return { dropped: stage.dropped() };
  },
  'google generateContent': async (stage, talk) => {
    const answer = await stage.google.models.generateContent(geminiOf(talk) as Parameters<typeof stage.google.models.generateContent>[0]);
    return { dropped: stage.dropped(answer.sdkHttpResponse?.headers) };
  },
};
