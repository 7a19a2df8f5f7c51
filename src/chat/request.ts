// A chat request in no dialect: what the surfaces read and the providers write. It holds whatever two or more dialects can say;
// what only one can say stays in that dialect and is passed through there.

/** Where bytes of an image, document or sound are. `id`: a file that the provider keeps. */
export type Source =
  | { type: 'base64'; mediaType: string; data: string }
  | { type: 'url'; url: string; mediaType?: string }
  | { type: 'file'; id: string; mediaType?: string }
  | { type: 'text'; text: string };

/** The prefix of the prompt up to and with this block is worth keeping. */
export interface CacheMark {
  ttl?: '5m' | '1h';
}

/** What a provider wants back unchanged, and only in its own conversations: `dialect` says whose it is. */
export interface Signature {
  dialect: DialectName;
  value: string;
}

export type DialectName = 'openai-chat' | 'openai-responses' | 'anthropic' | 'google' | 'bedrock';

export interface Citation {
  /** The words that are cited. */
  text?: string;
  url?: string;
  title?: string;
  /** Where in the text of the block it belongs: offsets in UTF-16 code units, end exclusive. */
  start?: number;
  end?: number;
  /** As the provider said it, for a caller of the same dialect. */
  original?: { dialect: DialectName; value: unknown };
}

export interface TextBlock {
  type: 'text';
  text: string;
  cache?: CacheMark;
  citations?: Citation[];
  signature?: Signature;
}

export interface ImageBlock {
  type: 'image';
  source: Source;
  detail?: string;
  cache?: CacheMark;
}

/** PDF, plain text and what else is read page by page. */
export interface DocumentBlock {
  type: 'document';
  source: Source;
  name?: string;
  context?: string;
  /** Whether the answer should cite from it. */
  citations?: boolean;
  cache?: CacheMark;
}

export interface AudioBlock {
  type: 'audio';
  source: Source;
}

export interface VideoBlock {
  type: 'video';
  source: Source;
}

export interface ToolCallBlock {
  type: 'tool-call';
  /** As the caller said it, or as the provider did; never empty. */
  id: string;
  name: string;
  /** `function`: JSON text of an object, `{}` where there are none. `custom`: plain text. */
  arguments: string;
  kind: 'function' | 'custom';
  signature?: Signature;
  cache?: CacheMark;
}

export type ToolResultContent = TextBlock | ImageBlock | DocumentBlock;

export interface ToolResultBlock {
  type: 'tool-result';
  callId: string;
  /** Of the tool, where the dialect says it; else that of the call. */
  name?: string;
  content: ToolResultContent[];
  isError?: boolean;
  cache?: CacheMark;
}

/** What the model thought. Empty text with a signature is common and must be kept. */
export interface ReasoningBlock {
  type: 'reasoning';
  text: string;
  signature?: Signature;
  /** The provider has hidden the text: the signature holds it in a form that only it can read. */
  redacted?: boolean;
  /** Id of the item, where the dialect has one. */
  id?: string;
}

export interface RefusalBlock {
  type: 'refusal';
  text: string;
}

/** What has no twin in other dialects: tools that ran at the provider and the like. */
export interface OtherBlock {
  type: 'other';
  dialect: DialectName;
  /** Name of the kind of block in that dialect. */
  kind: string;
  value: unknown;
}

export type Block =
  | TextBlock
  | ImageBlock
  | DocumentBlock
  | AudioBlock
  | VideoBlock
  | ToolCallBlock
  | ToolResultBlock
  | ReasoningBlock
  | RefusalBlock
  | OtherBlock;

/**
 * One message of the caller; messages and blocks stand in the caller's order, one for one, so that `messages[2].content[0]` means
 * the same to both. Tool results are blocks of a `user` message, even where the dialect has messages of their own for them.
 */
export interface Message {
  role: 'system' | 'user' | 'assistant';
  content: Block[];
  /** Of the speaker. */
  name?: string;
  /** Where the caller wrote it, for example `messages[2]`. */
  at: string;
}

export interface FunctionTool {
  type: 'function';
  name: string;
  description?: string;
  /** JSON Schema of an object; undefined: no parameters. */
  parameters?: Record<string, unknown>;
  strict?: boolean;
  cache?: CacheMark;
}

/** Takes plain text; `format` is a grammar in OpenAI's form. */
export interface CustomTool {
  type: 'custom';
  name: string;
  description?: string;
  format?: unknown;
}

/** A tool that runs at the provider of one dialect. */
export interface OtherTool {
  type: 'other';
  dialect: DialectName;
  kind: string;
  value: unknown;
}

export type Tool = FunctionTool | CustomTool | OtherTool;

export type ToolChoice =
  | { type: 'auto' }
  | { type: 'none' }
  /** Some tool must be called. */
  | { type: 'required' }
  | { type: 'tool'; name: string }
  /** Only these may (`auto`) or one of them must (`required`) be called. */
  | { type: 'allowed'; names: string[]; mode: 'auto' | 'required' };

export type OutputFormat =
  | { type: 'json' }
  | { type: 'schema'; schema: Record<string, unknown>; name?: string; description?: string; strict?: boolean };

export type ReasoningEffort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';

export interface ReasoningOptions {
  effort?: ReasoningEffort;
  /** Most tokens to think with; 0: do not think; -1: as the model likes. */
  budget?: number;
  /** Whether the caller wants to see thoughts or summaries of them. */
  visible?: boolean;
}

/**
 * Options of a request by one name each. A dialect's reader fills what the caller said; its writer takes what the provider can
 * hold and tells the rest to `Losses` by the name in this interface.
 */
export interface ChatOptions {
  maxTokens?: number;
  temperature?: number;
  topP?: number;
  topK?: number;
  stop?: string[];
  seed?: number;
  /** How many answers. */
  n?: number;
  frequencyPenalty?: number;
  presencePenalty?: number;
  /** Token id -> bias. */
  logitBias?: Record<string, number>;
  logprobs?: boolean;
  topLogprobs?: number;
  toolChoice?: ToolChoice;
  parallelToolCalls?: boolean;
  output?: OutputFormat;
  reasoning?: ReasoningOptions;
  verbosity?: string;
  /** Who asks, for abuse detection. */
  user?: string;
  metadata?: Record<string, string>;
  serviceTier?: string;
  /** Groups requests that share a prefix. */
  cacheKey?: string;
  store?: boolean;
  /** What should come out besides text: `audio`, `image`. */
  modalities?: string[];
  /** Google's safety settings and other things that one dialect says of its own; name in that dialect -> value. */
  own?: { dialect: DialectName; fields: Record<string, unknown> };
}

export interface ChatRequest {
  /** Name that the provider knows the model by. */
  model: string;
  messages: Message[];
  tools: Tool[];
  options: ChatOptions;
  stream: boolean;
}
