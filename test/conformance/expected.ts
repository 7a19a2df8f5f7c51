// What a surface can say of an answer: the recording as its caller should hear it.
import type { Api } from './recordings.ts';
import type { Block, Choice, Said, Tokens } from './said.ts';
import type { SurfaceApi } from './surfaces.ts';

type Finish = 'stop' | 'stop-sequence' | 'length' | 'call' | 'filter' | 'refusal' | 'pause' | 'error';

/** After the vendors' lists of reasons. What is not here is a fault of the model or the provider for Google, an end for others. */
const MEANINGS: Readonly<Record<Api, Readonly<Record<string, Finish>>>> = {
  'openai.chat': { stop: 'stop', length: 'length', tool_calls: 'stop', function_call: 'stop', content_filter: 'filter', error: 'error' },
  'openai.responses': {},
  'anthropic.messages': {
    end_turn: 'stop',
    tool_use: 'stop',
    max_tokens: 'length',
    model_context_window_exceeded: 'length',
    stop_sequence: 'stop-sequence',
    pause_turn: 'pause',
    refusal: 'refusal',
  },
  google: {
    STOP: 'stop',
    '1': 'stop',
    MAX_TOKENS: 'length',
    '2': 'length',
    SAFETY: 'filter',
    RECITATION: 'filter',
    BLOCKLIST: 'filter',
    PROHIBITED_CONTENT: 'filter',
    SPII: 'filter',
    MODEL_ARMOR: 'filter',
  },
  bedrock: {
    end_turn: 'stop',
    tool_use: 'stop',
    stop_sequence: 'stop-sequence',
    max_tokens: 'length',
    guardrail_intervened: 'filter',
    content_filtered: 'filter',
  },
};

function meaningOf(api: Api, { finish, blocks }: Choice): Finish {
  const told = MEANINGS[api][finish] ?? (api === 'google' ? 'error' : 'stop');
  // A length that cut a call off must not look like a call to carry out; elsewhere a call decides, whatever the reason says.
  if (blocks.some(({ kind }) => kind === 'call')) return api === 'openai.chat' && told !== 'stop' ? told : 'call';
  return told === 'stop' && blocks.some(({ kind }) => kind === 'refusal') ? 'refusal' : told;
}

const WORDS: Readonly<Record<SurfaceApi, Readonly<Record<Finish, string>>>> = {
  'openai.chat': {
    stop: 'stop',
    'stop-sequence': 'stop',
    length: 'length',
    call: 'tool_calls',
    filter: 'content_filter',
    refusal: 'content_filter',
    pause: 'length',
    error: 'stop',
  },
  'openai.responses': {
    stop: 'completed',
    'stop-sequence': 'completed',
    length: 'incomplete:max_output_tokens',
    call: 'completed',
    filter: 'incomplete:content_filter',
    refusal: 'incomplete:content_filter',
    pause: 'incomplete:max_output_tokens',
    error: 'failed',
  },
  'anthropic.messages': {
    stop: 'end_turn',
    'stop-sequence': 'stop_sequence',
    length: 'max_tokens',
    call: 'tool_use',
    filter: 'refusal',
    refusal: 'refusal',
    pause: 'pause_turn',
    error: 'end_turn',
  },
  google: {
    stop: 'STOP',
    'stop-sequence': 'STOP',
    length: 'MAX_TOKENS',
    call: 'STOP',
    filter: 'SAFETY',
    refusal: 'SAFETY',
    pause: 'STOP',
    error: 'OTHER',
  },
};

const hasRefusal = ({ blocks }: Choice): boolean => blocks.some(({ kind }) => kind === 'refusal');

function finishAt(surface: SurfaceApi, api: Api, choice: Choice): string {
  const meaning = meaningOf(api, choice);
  // OpenAI tells a refusal by its words and not by the reason.
  if (meaning === 'refusal' && hasRefusal(choice) && surface.startsWith('openai')) return WORDS[surface].stop;
  return WORDS[surface][meaning];
}

function merged(blocks: readonly Block[]): Block[] {
  const out: Block[] = [];
  for (const block of blocks) {
    const last = out.at(-1);
    if (last !== undefined && last.kind !== 'call' && block.kind !== 'call' && last.kind === block.kind) last.text += block.text;
    else out.push({ ...block });
  }
  return out;
}

const CHAT_ORDER = ['thought', 'text', 'refusal', 'call'] as const;

/** A message of chat completions has one place for each kind: only the order within it is told. */
const asChat = (blocks: readonly Block[]): Block[] => merged(CHAT_ORDER.flatMap((kind) => blocks.filter((block) => block.kind === kind)));

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Blocks in one order and form, for the recording and for what was heard. */
export function comparable(surface: SurfaceApi, blocks: readonly Block[]): Block[] {
  if (surface === 'openai.chat') return asChat(blocks);
  if (surface === 'openai.responses') return merged(blocks);
  // These have no refusals, and arguments are objects.
  return merged(
    blocks.map((block): Block => {
      if (block.kind === 'refusal') return { kind: 'text', text: block.text };
      if (block.kind !== 'call' || isObject(block.args)) return block;
      return { ...block, args: { input: block.args } };
    }),
  );
}

/** No count of thoughts at Bedrock; where nothing was counted Anthropic's SDKs still need a number. */
function tokensAt(surface: SurfaceApi, tokens: Tokens | undefined): Tokens | undefined {
  return tokens ?? (surface === 'anthropic.messages' ? { input: 0, output: 0, cached: 0, reasoning: 0 } : undefined);
}

/** Each source once: some dialects list sources, others the places that name them. */
export const sourcesOf = ({ cited }: Said): string[] => [...new Set(cited)].filter((url) => url !== '').toSorted();

const HAS_ONE_CHOICE = new Set<SurfaceApi>(['openai.responses', 'anthropic.messages']);
const HAS_LOGPROBS = new Set<SurfaceApi>(['openai.chat', 'openai.responses', 'google']);

export function expectedAt(surface: SurfaceApi, api: Api, recorded: Said): Said {
  const isNative = surface === api;
  // A provider that gave no choice at all still gave an answer where the dialect needs one.
  const choices = HAS_ONE_CHOICE.has(surface) ? recorded.choices.slice(0, 1) : recorded.choices;
  return {
    ...recorded,
    choices: choices.map((choice) => ({
      blocks: comparable(surface, choice.blocks),
      finish: isNative ? choice.finish : finishAt(surface, api, choice),
      logprobs: HAS_LOGPROBS.has(surface) ? choice.logprobs : [],
    })),
    tokens: isNative ? recorded.tokens : tokensAt(surface, recorded.tokens),
  };
}
