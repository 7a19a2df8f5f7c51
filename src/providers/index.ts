// The registry: one line per provider. A type that is missing here is accepted by the API and reported as not supported.
import type { ProviderType } from '../api/resources.ts';
import { anthropic } from './anthropic/provider.ts';
import { AwsIdentity, sdkIdentity } from './aws/identity.ts';
import { aws } from './aws/provider.ts';
import { google } from './google/provider.ts';
import { VertexTokens } from './google/vertex-tokens.ts';
import { openAiCompatible } from './openai/provider.ts';
import type { Provider } from './provider.ts';

const now = (): number => Date.now();

export const PROVIDERS: Partial<Record<ProviderType, Provider>> = {
  OpenAI: openAiCompatible({ type: 'OpenAI', defaultEndpoint: 'https://api.openai.com/v1', hasResponses: true }),
  Anthropic: anthropic,
  AWS: aws({ now, identity: new AwsIdentity(sdkIdentity, now) }),
  Google: google(new VertexTokens({ now })),
  Other: openAiCompatible({ type: 'Other', defaultEndpoint: undefined }),
};

/** Types that this version can serve. */
export const SUPPORTED_TYPES: ReadonlySet<ProviderType> = new Set(Object.values(PROVIDERS).map(({ type }) => type));
