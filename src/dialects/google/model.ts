// What differs from model to model, read from the name: Google refuses whole requests for one field that a model does not know.

/** 2.5 for `gemini-2.5-flash`, `models/gemini-2.5-pro` or `publishers/google/models/...`; undefined for other families. */
function generationOf(model: string): number | undefined {
  const name = model.slice(model.lastIndexOf('/') + 1);
  // Names that move with time stand for the newest models.
  if (/^gemini-(?:pro|flash|flash-lite)-latest$/.test(name)) return 3;
  const version = /^gemini-(\d+(?:\.\d+)?)/.exec(name)?.[1];
  return version === undefined ? undefined : Number(version);
}

export interface ModelTraits {
  /** Refuses a call of the current turn whose thought signature is missing. */
  demandsSignatures: boolean;
  /** Takes system text; others want it from the user. */
  systemText: boolean;
  /** How thinking is asked for. */
  thinking: 'level' | 'budget' | 'none';
  /** A pro model cannot stop thinking. */
  isPro: boolean;
  /** Tokens of a budget that is neither 0 nor the model's own choice; undefined: not known. */
  budgets: { least: number; most: number } | undefined;
  /** Takes images inside of function responses. */
  mediaInResults: boolean;
  /** Lets each image have a resolution of its own. */
  partResolution: boolean;
  /** Takes JSON output together with functions. */
  outputWithTools: boolean;
  /** Fetches public URLs by itself. */
  publicUrls: boolean;
  /** Has the VALIDATED mode of function calls. */
  validatedCalls: boolean;
}

/** By Google's table; a budget outside of it is refused. */
function budgetsOf(model: string): ModelTraits['budgets'] {
  if (/-pro\b/.test(model)) return { least: 128, most: 32_768 };
  return { least: model.includes('-lite') ? 512 : 1, most: 24_576 };
}

export function traitsOf(model: string): ModelTraits {
  const generation = generationOf(model);
  const isGemini3 = generation !== undefined && generation >= 3;
  const isOld = generation === undefined ? /(?:^|\/)gemma/.test(model) : generation < 2.5;
  return {
    demandsSignatures: isGemini3,
    systemText: !/(?:^|\/)gemma-[123]/.test(model),
    thinking: isGemini3 ? 'level' : isOld ? 'none' : 'budget',
    isPro: /-pro\b/.test(model),
    budgets: generation === undefined ? undefined : budgetsOf(model),
    mediaInResults: isGemini3,
    partResolution: isGemini3,
    outputWithTools: isGemini3,
    // Vertex AI lets 2.0 do it too; the Gemini API refuses that in words, which is better than an answer without the picture.
    publicUrls: generation === undefined ? !isOld : generation >= 2,
    validatedCalls: !isOld,
  };
}
