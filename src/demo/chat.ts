// DEMO ONLY. What the demo provider says: pure functions of the request, so that every run gives the same answer.

export interface ChatMessage {
  role?: unknown;
  content?: unknown;
}

export interface ChatRequest {
  model: string;
  messages: ChatMessage[];
  tools?: { type?: unknown; function?: { name?: unknown; parameters?: unknown } }[];
  tool_choice?: unknown;
  n?: number;
  max_tokens?: number;
  max_completion_tokens?: number;
}

export interface ToolCall {
  name: string;
  /** JSON. */
  arguments: string;
}

/** One choice: text in pieces of one token each, or a tool call. */
export type Choice =
  | { finishReason: 'stop' | 'length'; pieces: string[]; tokens: number }
  | { finishReason: 'tool_calls'; call: ToolCall; tokens: number };

const MAX_ECHO = 400;

/** The text of a message, whether it is a string or a list of parts. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.map((part: unknown) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : '')).join('');
}

/** Words with the space that precedes them: what a stream sends one by one, and what the demo counts as tokens. */
export function pieces(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

/** Tokens of a prompt: its words, and the few that each message costs at a real provider too. */
export function promptTokens(request: ChatRequest): number {
  return request.messages.reduce((sum, message) => sum + pieces(textOf(message.content)).length + 4, 3);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function example(schema: unknown): unknown {
  if (!isRecord(schema)) return 'example';
  if (Array.isArray(schema['enum']) && schema['enum'].length > 0) return schema['enum'][0];
  switch (schema['type']) {
    case 'number':
    case 'integer':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return Object.fromEntries(
        Object.entries(isRecord(schema['properties']) ? schema['properties'] : {}).map(([name, property]) => [name, example(property)]),
      );
    default:
      return 'example';
  }
}

function wantedTool(request: ChatRequest): ToolCall | undefined {
  const { tools = [], tool_choice: choice, messages } = request;
  const last = messages.at(-1);
  if (tools.length === 0 || choice === 'none' || last?.role !== 'user') return undefined;
  const forced = isRecord(choice) && isRecord(choice['function']) ? choice['function']['name'] : undefined;
  const said = textOf(last.content).toLowerCase();
  const tool = tools.find(({ function: definition }) => {
    const name = definition?.name;
    if (typeof name !== 'string') return false;
    if (forced !== undefined) return name === forced;
    return choice === 'required' || said.includes(name.toLowerCase()) || said.includes(name.toLowerCase().replaceAll('_', ' '));
  });
  if (tool === undefined) return undefined;
  const parameters = tool.function?.parameters;
  return { name: String(tool.function?.name), arguments: JSON.stringify(parameters === undefined ? {} : example(parameters)) };
}

function reply(messages: readonly ChatMessage[]): string {
  const last = messages.at(-1);
  const said = textOf(last?.content).trim();
  const quoted = said.length > MAX_ECHO ? `${said.slice(0, MAX_ECHO)}…` : said;
  if (last?.role === 'tool') return `The tool answered: ${quoted}`;
  return `Hello from the demo provider. You said: ${quoted}`;
}

/** The choices that answer a request; all are the same, because the demo is deterministic. */
export function answer(request: ChatRequest): Choice[] {
  return Array.from({ length: request.n ?? 1 }, () => {
    const call = wantedTool(request);
    if (call !== undefined) return { finishReason: 'tool_calls', call, tokens: pieces(call.arguments).length + 8 };
    const all = pieces(reply(request.messages));
    const limit = request.max_completion_tokens ?? request.max_tokens ?? all.length;
    const said = all.slice(0, limit);
    return { finishReason: said.length < all.length ? 'length' : 'stop', pieces: said, tokens: said.length };
  });
}
