// The registry: one line per provider. A type that is missing here is accepted by the API and reported as not supported.
import type { ProviderType } from '../api/resources.ts';
import { openAiCompatible } from './openai-compatible.ts';
import type { Provider } from './provider.ts';

export const PROVIDERS: Partial<Record<ProviderType, Provider>> = {
  OpenAI: openAiCompatible({ type: 'OpenAI', defaultEndpoint: 'https://api.openai.com/v1' }),
  Other: openAiCompatible({ type: 'Other', defaultEndpoint: undefined }),
};

/** Types that this version can serve. */
export const SUPPORTED_TYPES: ReadonlySet<ProviderType> = new Set(Object.values(PROVIDERS).map(({ type }) => type));
