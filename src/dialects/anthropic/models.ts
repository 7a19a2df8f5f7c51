// What a Claude model takes, told from its name: Anthropic refuses options that a generation does not know instead of ignoring
// them. Rules are cut-offs by version, so that a new model behaves as the newest one that is known.

export interface ModelTraits {
  /** Most tokens it writes, where that is not more than what we ask for of our own. */
  maxOutput: number;
  /** `none`: does not think. `budget`: by a number of tokens. `either`. `adaptive`: as much as it likes, by effort. */
  thinking: 'none' | 'budget' | 'either' | 'adaptive';
  /** Thinks unless told not to, and some cannot be told. */
  alwaysThinks: boolean;
  efforts: ReadonlySet<string>;
  /** `one`: temperature or top_p, not both. */
  sampling: 'all' | 'one' | 'none';
  /** Takes messages of role system after the first user message. */
  midSystem: boolean;
  structuredOutputs: boolean;
}

const NO_EFFORTS: ReadonlySet<string> = new Set();
const EFFORTS: ReadonlySet<string> = new Set(['low', 'medium', 'high', 'max']);
const ALL_EFFORTS: ReadonlySet<string> = new Set([...EFFORTS, 'xhigh']);

/** As of `claude-opus-4-8`, `claude-sonnet-4-5-20250929` or, older, `claude-3-5-haiku-20241022`, with whatever hosts put around them. */
const NEW_NAME = /claude-([a-z]+)-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/;
const OLD_NAME = /claude-(\d)(?:[-.](\d))?(?!\d)/;

/** A version as one number, 4.8 being 408; undefined where the name does not say it. */
function versionOf(model: string): { family: string; version: number } | undefined {
  const name = model.toLowerCase();
  const modern = NEW_NAME.exec(name);
  if (modern !== null) return { family: modern[1]!, version: Number(modern[2]) * 100 + Number(modern[3] ?? 0) };
  if (name.includes('mythos')) return { family: 'mythos', version: 500 };
  const old = OLD_NAME.exec(name);
  return old === null ? undefined : { family: '', version: Number(old[1]) * 100 + Number(old[2] ?? 0) };
}

/** Of a name that says nothing, as deployments and compatible servers have: what most of them take. */
const UNKNOWN: ModelTraits = {
  maxOutput: Infinity,
  thinking: 'budget',
  alwaysThinks: false,
  efforts: NO_EFFORTS,
  sampling: 'all',
  midSystem: false,
  structuredOutputs: true,
};

function maxOutputOf(family: string, version: number): number {
  if (version < 305) return 4096;
  if (version < 307) return 8192;
  return family === 'opus' && version < 405 ? 32_000 : Infinity;
}

function thinkingOf(version: number): ModelTraits['thinking'] {
  if (version < 307) return 'none';
  if (version < 406) return 'budget';
  return version < 407 ? 'either' : 'adaptive';
}

function samplingOf(version: number): ModelTraits['sampling'] {
  if (version < 401) return 'all';
  return version < 407 ? 'one' : 'none';
}

export function traitsOf(model: string): ModelTraits {
  const known = versionOf(model);
  if (known === undefined) return UNKNOWN;
  const { family, version } = known;
  return {
    maxOutput: maxOutputOf(family, version),
    thinking: thinkingOf(version),
    alwaysThinks: family === 'fable' || family === 'mythos',
    efforts: version < 406 ? NO_EFFORTS : version < 407 ? EFFORTS : ALL_EFFORTS,
    sampling: samplingOf(version),
    midSystem: version >= 408,
    structuredOutputs: version >= 401,
  };
}
