// How things are called on the wire of the Platform API and how in the custom resources. Pure.
import { hash } from 'node:crypto';
import { ANNOTATIONS, type AnyResource, type KeyType, type Kind, type ProviderType } from '../api/resources.ts';
import { ApiError, type Schema } from './operation.ts';

export const AI_TYPES = { OPENAI: 'OpenAI', GOOGLE: 'Google', ANTHROPIC: 'Anthropic', AWS: 'AWS', OTHER: 'Other' } as const satisfies Record<string, ProviderType>;
export type AiType = keyof typeof AI_TYPES;

/** Kinds in words for people. */
export const NOUNS: Readonly<Record<Kind, string>> = { AILLMConfig: 'AI LLM', Repository: 'repository', AIPolicy: 'policy' };

/** Undefined where it is not known, as in the empty dimension of a request that went nowhere. */
export function aiTypeOf(type: string): AiType | undefined {
  return (Object.keys(AI_TYPES) as AiType[]).find((name) => AI_TYPES[name] === type);
}

/** The type of a provider by its name on the wire, in any case. @throws ApiError 400 that names the field. */
export function providerOf(field: string, text: string): ProviderType {
  const name = (Object.keys(AI_TYPES) as AiType[]).find((type) => type === text.toUpperCase());
  if (name === undefined) throw new ApiError(400, `${field} must be one of ${Object.keys(AI_TYPES).join(', ')}, not "${text.slice(0, 64)}"`);
  return AI_TYPES[name];
}

/** What a key speaks: those of AWS and OTHER are called in the dialect of OpenAI, as there is no other for them. */
export function keyTypeOf(aiType: AiType): KeyType {
  return aiType === 'ANTHROPIC' ? 'Anthropic' : aiType === 'GOOGLE' ? 'Google' : 'OpenAI';
}

/** Where objects are, each namespace once. */
export function namespacesOf(objects: readonly AnyResource[]): string[] {
  return [...new Set(objects.map(({ metadata }) => metadata.namespace))];
}

export function displayNameOf({ metadata }: AnyResource): string {
  return metadata.annotations?.[ANNOTATIONS.displayName] ?? metadata.name;
}

export function createdByOf({ metadata }: AnyResource): string {
  return metadata.annotations?.[ANNOTATIONS.createdBy] ?? '';
}

export function createdAtOf({ metadata }: AnyResource): string {
  return new Date(metadata.creationTimestamp ?? 0).toISOString();
}

/** The newest first; of one second, by name. */
export function byAge(a: AnyResource, b: AnyResource): number {
  const [left, right] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  return left === right ? (a.metadata.name < b.metadata.name ? -1 : 1) : left < right ? 1 : -1;
}

/** Room for what is added to it: names of Secrets and of keys. */
const MAX_STEM = 40;
const LEGAL = /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/;

/**
 * A legal metadata.name for what people call something: that itself where it is one, else its letters and digits and a mark of the whole
 * text. Equal texts give equal names, so that the API server sees to it that there are no two.
 */
export function objectName(text: string): string {
  if (LEGAL.test(text)) return text;
  const plain = text.normalize('NFKD').toLowerCase().replaceAll(/\p{M}/gu, '').replaceAll(/[^a-z0-9]+/g, '-');
  const stem = plain.slice(0, MAX_STEM).replaceAll(/^-+|-+$/g, '') || 'unnamed';
  return `${/^[a-z]/.test(stem) ? stem : `x-${stem}`}-${hash('sha256', text, 'hex').slice(0, 6)}`;
}

/** No control characters: names are shown in terminals and lists, and databases do not take all of them. */
export const PRINTABLE = { not: { pattern: '\\p{Cc}' } } as const satisfies Schema;
/** A name as people write it; blanks around it are not part of it. */
export const NAME: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: 200,
  pattern: '\\S',
  ...PRINTABLE,
  description: 'As people call it; unique among its kind in the workspace.',
};

/** Of a page. Beyond a million rows, dates narrow a list better; and databases count only so far. */
export const SKIP = { type: 'integer', minimum: 0, maximum: 1_000_000, description: 'Rows to leave out.' } as const satisfies Schema;

/** The answer to something that was done. */
export function done(properties: Schema = {}, required: readonly string[] = []): Schema {
  return {
    type: 'object',
    required: ['success', ...required],
    properties: { success: { type: 'boolean' }, ...properties, message: { type: 'string' } },
  };
}
