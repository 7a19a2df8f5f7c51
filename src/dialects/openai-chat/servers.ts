// What servers of this dialect take. They are many: OpenAI's own models refuse what is older, most other servers refuse or ignore what
// is newer. Where the address of the server does not tell which it is, the name of the model has to.
import type { WriteContext } from '../../chat/dialect.ts';

/** A model of OpenAI, wherever it runs. Deployments of Azure carry these names with words around them. */
function isOpenAiModel(model: string): boolean {
  return /(?:^|[^a-z0-9])(?:gpt-?\d|chatgpt|codex|o\d(?![a-z0-9]))/i.test(model);
}

/** Those that think refuse words about sampling, the others words about thinking. */
function isReasoningModel(model: string): boolean {
  return /(?:^|[^a-z0-9])(?:o\d(?![a-z0-9])|gpt-?(?:[5-9]|\d\d)(?!\d)|codex)/i.test(model) && !/gpt-?35|-chat/i.test(model);
}

export interface Server {
  /** Name of the model. */
  model: string;
  /** OpenAI itself or Azure, which refuse every field that they do not know; not a router, which takes more. */
  isOpenAi: boolean;
  /** The model is one of OpenAI, whoever runs it. */
  hasOpenAiModel: boolean;
  /** Undefined: a deployment whose name says nothing. */
  thinks: boolean | undefined;
}

export function serverOf(model: string, vendor: WriteContext['vendor']): Server {
  const isKnown = isOpenAiModel(model);
  const isOpenAi = vendor === 'openai' || (isKnown && !model.includes('/'));
  return { model, isOpenAi, hasOpenAiModel: isKnown || isOpenAi, thinks: isOpenAi && !isKnown ? undefined : isReasoningModel(model) };
}

/** Others have functions only; a caller of this dialect gets what it asked its server for. */
export function takesCustomTools({ isOpenAi }: Server, { isNative }: WriteContext): boolean {
  return isOpenAi || isNative === true;
}

/** `none` came with GPT-5.1, `minimal` was for GPT-5 only. */
export function leastEffort(model: string): string {
  if (/(?:^|[^a-z0-9])o\d/i.test(model)) return 'low';
  return /gpt-?5(?![.\d])/i.test(model) ? 'minimal' : 'none';
}

/** What only routers hand on to whoever is behind them. */
export interface Extras {
  /** Others cache by themselves, and OpenAI refuses the mark. */
  cacheMarks: boolean;
  documentUrls: boolean;
}

export function extrasOf({ model, isOpenAi }: Server): Extras {
  const isRouted = model.includes('/') && !isOpenAi;
  return { cacheMarks: isRouted && /claude|gemini/i.test(model), documentUrls: isRouted };
}
