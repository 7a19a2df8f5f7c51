// What servers of this dialect take. They are many and nothing in a request tells which one it is for, so the name of the model
// has to: OpenAI's own models refuse what is older, most other servers refuse or ignore what is newer.

/** A model of OpenAI, wherever it runs. Deployments of Azure carry these names with words around them. */
export function isOpenAiModel(model: string): boolean {
  return /(?:^|[^a-z0-9])(?:gpt-?\d|chatgpt|codex|o\d(?![a-z0-9]))/i.test(model);
}

/** Not through a router, whose names have their vendor in front: routers take more. */
export function isAtOpenAi(model: string): boolean {
  return isOpenAiModel(model) && !model.includes('/');
}

/** Those that think refuse words about sampling, the others words about thinking. */
export function isReasoningModel(model: string): boolean {
  return /(?:^|[^a-z0-9])(?:o\d(?![a-z0-9])|gpt-?(?:[5-9]|\d\d)(?!\d)|codex)/i.test(model) && !/gpt-?35|-chat/i.test(model);
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

export function extrasOf(model: string): Extras {
  const isRouted = model.includes('/');
  return { cacheMarks: isRouted && /claude|gemini/i.test(model), documentUrls: isRouted };
}
