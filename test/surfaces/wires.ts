// What a provider understands of the body that reached it, each as its vendor documents the dialect.
import type { ProviderType } from '../../src/api/resources.ts';
import type { Json, Stage } from './stage.ts';
import type { Part, Talk } from './talks.ts';

type Turns = Talk['turns'];
type Result = Extract<Part, { result: string }>;

/** A talk as it arrived. `of` of a result tells its call by name and arguments; `choice` names all that may be called. */
export interface Understood {
  system: string;
  turns: { by: 'user' | 'model'; parts: Omit<Part, 'id'>[] }[];
  /** Parameters of each tool. */
  tools: Record<string, Json>;
  choice: { may: string[]; must: boolean };
}

const callKey = (name: string, args: Json): string => `${name}(${Object.values(args).join()})`;

/** Puts the name and arguments of its call in place of each id. */
function named(turns: Turns): Understood['turns'] {
  const calls = new Map<string, string>();
  return turns.map(({ by, parts }) => ({
    by,
    parts: parts.map((part) => {
      if (!('id' in part)) return part;
      const { id, ...rest } = part;
      if ('call' in part) {
        if (calls.has(id)) throw new Error(`two calls have the id ${id}`);
        calls.set(id, callKey(part.call, part.args));
        return rest;
      }
      const of = calls.get(id);
      if (of === undefined) throw new Error(`no call has the id ${id}`);
      return { ...rest, of };
    }),
  }));
}

function result(id: string, text: string, failed = false): Result {
  return { result: text, id, of: '', ...(failed ? { failed: true } : {}) };
}

const textOf = (content: unknown): string =>
  typeof content === 'string' ? content : ((content ?? []) as Json[]).map(({ text = '' }) => String(text)).join('');
const texts = (content: unknown): Part[] => (textOf(content) === '' ? [] : [{ text: textOf(content) }]);

/** In dialects where a turn is several messages. */
function joined(turns: Turns): Turns {
  const whole: Turns = [];
  for (const { by, parts } of turns) {
    if (whole.at(-1)?.by === by) whole.at(-1)!.parts.push(...parts);
    else whole.push({ by, parts: [...parts] });
  }
  return whole;
}

function openAiChoice(choice: unknown, names: string[], nameOf: (tool: Json) => string): Understood['choice'] {
  if (choice === 'none') return { may: [], must: false };
  if (choice === undefined || typeof choice === 'string') return { may: names, must: choice === 'required' };
  const { type, allowed_tools: nested, ...flat } = choice as Json;
  if (type !== 'allowed_tools') return { may: [nameOf(choice as Json)], must: true };
  const { tools, mode } = (nested ?? flat) as Json;
  return { may: (tools as Json[]).map(nameOf), must: mode === 'required' };
}

function fromChat({ messages, tools = [], tool_choice: choice }: Json): Understood {
  const turns = (messages as Json[]).flatMap(({ role, content, tool_calls: calls = [], tool_call_id: id }): Turns => {
    if (role === 'system' || role === 'developer') return [];
    if (role === 'tool') return [{ by: 'user', parts: [result(id, textOf(content))] }];
    const called = (calls as Json[]).map(({ id: own, function: { name, arguments: args } }) => ({
      call: name,
      id: own,
      args: JSON.parse(args),
    }));
    return [{ by: role === 'assistant' ? 'model' : 'user', parts: [...texts(content), ...called] }];
  });
  const nameOf = (tool: Json): string => tool['function'].name;
  return {
    system: (messages as Json[])
      .flatMap(({ role, content }) => (role === 'system' || role === 'developer' ? [textOf(content)] : []))
      .join(),
    turns: named(joined(turns)),
    tools: Object.fromEntries((tools as Json[]).map(({ function: { name, parameters = {} } }) => [name, parameters])),
    choice: openAiChoice(choice, (tools as Json[]).map(nameOf), nameOf),
  };
}

function fromResponses({ instructions = '', input, tools = [], tool_choice: choice }: Json): Understood {
  const turns = (input as Json[]).map(({ type, role, content, call_id: id, name, arguments: args, output }): Turns[number] => {
    if (type === 'function_call') return { by: 'model', parts: [{ call: name, id, args: JSON.parse(args) }] };
    if (type === 'function_call_output') return { by: 'user', parts: [result(id, textOf(output))] };
    return { by: role === 'assistant' ? 'model' : 'user', parts: texts(content) };
  });
  const nameOf = (tool: Json): string => tool['name'];
  return {
    system: instructions,
    turns: named(joined(turns)),
    tools: Object.fromEntries((tools as Json[]).map(({ name, parameters }) => [name, parameters ?? {}])),
    choice: openAiChoice(choice, (tools as Json[]).map(nameOf), nameOf),
  };
}

function fromMessages({ system, messages, tools = [], tool_choice: choice = { type: 'auto' } }: Json): Understood {
  const part = (block: Json): Part => {
    if (block['type'] === 'tool_use') return { call: block['name'], id: block['id'], args: block['input'] };
    if (block['type'] === 'tool_result') return result(block['tool_use_id'], textOf(block['content']), block['is_error']);
    return { text: block['text'] };
  };
  const parts = (content: unknown): Part[] => (typeof content === 'string' ? texts(content) : (content as Json[]).map(part));
  const names = (tools as Json[]).map(({ name }) => name as string);
  return {
    system: textOf(system),
    turns: named((messages as Json[]).map(({ role, content }) => ({ by: role === 'assistant' ? 'model' : 'user', parts: parts(content) }))),
    tools: Object.fromEntries((tools as Json[]).map(({ name, input_schema: schema }) => [name, schema])),
    choice: {
      may: choice.type === 'none' ? [] : choice.type === 'tool' ? [choice.name] : names,
      must: choice.type === 'any' || choice.type === 'tool',
    },
  };
}

function fromGemini({ systemInstruction, contents, tools = [], toolConfig }: Json): Understood {
  const open: { id: string; name: string }[] = [];
  let count = 0;
  // Results go with calls by name and order.
  const part = ({ text, functionCall, functionResponse: response }: Json): Part => {
    if (functionCall !== undefined) {
      open.push({ id: `${count}`, name: functionCall.name });
      return { call: functionCall.name, id: `${count++}`, args: functionCall.args ?? {} };
    }
    if (response === undefined) return { text };
    const at = open.findIndex(({ name }) => name === response.name);
    const [call] = open.splice(at, 1);
    const { output, error, content } = response.response as Json;
    const said: unknown = output ?? error ?? content;
    return result(call?.id ?? '', typeof said === 'string' ? said : JSON.stringify(said), error !== undefined);
  };
  const declarations = (tools as Json[]).flatMap(({ functionDeclarations = [] }) => functionDeclarations as Json[]);
  const { mode = 'AUTO', allowedFunctionNames: allowed } = toolConfig?.functionCallingConfig ?? {};
  return {
    system: textOf(systemInstruction?.parts),
    turns: named(joined((contents as Json[]).map(({ role, parts }) => ({ by: role, parts: (parts as Json[]).map(part) })))),
    tools: Object.fromEntries(
      declarations.map(({ name, parametersJsonSchema, parameters }) => [name, parametersJsonSchema ?? parameters ?? {}]),
    ),
    choice: { may: mode === 'NONE' ? [] : (allowed ?? declarations.map(({ name }) => name)), must: mode === 'ANY' },
  };
}

function fromConverse({ system, messages, toolConfig }: Json): Understood {
  const part = ({ text, toolUse, toolResult }: Json): Part => {
    if (toolUse !== undefined) return { call: toolUse.name, id: toolUse.toolUseId, args: toolUse.input };
    return toolResult === undefined ? { text } : result(toolResult.toolUseId, textOf(toolResult.content), toolResult.status === 'error');
  };
  const specs = ((toolConfig?.tools ?? []) as Json[]).map(({ toolSpec }) => toolSpec as Json);
  const choice = (toolConfig?.toolChoice ?? { auto: {} }) as Json;
  return {
    system: textOf(system),
    turns: named(
      (messages as Json[]).map(({ role, content }) => ({
        by: role === 'assistant' ? 'model' : 'user',
        parts: (content as Json[]).map(part),
      })),
    ),
    tools: Object.fromEntries(specs.map(({ name, inputSchema }) => [name, inputSchema.json])),
    choice: { may: choice['tool'] ? [choice['tool'].name] : specs.map(({ name }) => name), must: choice['auto'] === undefined },
  };
}

const READERS: Record<ProviderType, (body: Json) => Understood> = {
  OpenAI: fromChat,
  Other: fromChat,
  Anthropic: fromMessages,
  Google: fromGemini,
  AWS: fromConverse,
};

export function understood(stage: Stage, type: ProviderType): Understood {
  return (stage.provider.calls.at(-1)!.url.endsWith('/responses') ? fromResponses : READERS[type])(stage.asked);
}
