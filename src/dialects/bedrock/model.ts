// What is known of a model by its id: Converse is one form for all, but what models take in it differs by vendor and version.

export type Family = 'claude' | 'nova' | 'gpt-oss' | 'qwen' | 'mistral' | 'opaque' | 'other';

export interface Model {
  family: Family;
  /** 4.5 is 405, as far as the name tells. */
  version: number;
}

/** Claude models whose names have no version that we understand are taken for newer than all that do. */
const NEWEST = 9900;

const FAMILIES: readonly [Family, RegExp][] = [
  // The id of an application's own profile or of an imported model does not tell what is behind it.
  ['opaque', /^arn:[^/]*:(?:application-inference-profile|provisioned-model|imported-model|custom-model(?:-deployment)?)\//],
  ['claude', /\banthropic\.|claude/],
  ['nova', /\bamazon\.nova/],
  ['gpt-oss', /\bopenai\.gpt-oss/],
  ['qwen', /\bqwen\./],
  ['mistral', /\bmistral\./],
];

function claudeVersion(id: string): number {
  const [, major, minor] = /claude-(?:[a-z]+-)?v?(\d+)(?:[-.:](\d{1,2})(?!\d))?/.exec(id) ?? [];
  return major === undefined ? NEWEST : Number(major) * 100 + Number(minor ?? 0);
}

export function modelOf(id: string): Model {
  const name = id.toLowerCase();
  const family = FAMILIES.find(([, pattern]) => pattern.test(name))?.[0] ?? 'other';
  if (family === 'claude') return { family, version: claudeVersion(name) };
  return { family, version: family === 'nova' ? Number(/nova-(\d+)-/.exec(name)?.[1] ?? 1) * 100 : 0 };
}

/** Others answer a cachePoint with 400. */
export function takesCachePoints({ family, version }: Model): boolean {
  return family === 'nova' || family === 'opaque' || (family === 'claude' && version >= 305);
}

/** Behind tools, calls and results: Nova keeps words only. */
export function takesToolCachePoints(model: Model): boolean {
  return model.family !== 'nova' && takesCachePoints(model);
}

/** Where a prefix can be kept for an hour. */
export function takesLongCache({ family, version }: Model): boolean {
  return family === 'opaque' || (family === 'claude' && version >= 405);
}

/** Citations of documents. */
export function takesCitations({ family, version }: Model): boolean {
  return family === 'opaque' || (family === 'claude' && version >= 305);
}

/** Answers in the form of a schema and strict tools; Nova, Llama and older Claude models refuse both. */
export function takesSchemas({ family, version }: Model, id: string): boolean {
  if (family === 'claude') return version >= 405;
  return family !== 'nova' && !/\b(?:meta|amazon|ai21|cohere|writer|stability)\.|deepseek\.r1/.test(id.toLowerCase());
}
