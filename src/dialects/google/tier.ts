// Tiers of service: OpenAI's words in the middle, Google's on the wire.

/** Undefined where none is named. */
export function readTier(given: string | undefined): string | undefined {
  // An enum's name in full, as older clients write it.
  const tier = given?.toLowerCase().replace(/^service_tier_/, '') ?? '';
  if (tier === '' || tier === 'unspecified') return undefined;
  return tier === 'standard' ? 'default' : tier;
}

/** The tier as Google calls it; undefined where it is the usual one, and `lost` where Google has none like it. */
export function writeTier(tier: string | undefined): { tier?: string; lost: boolean } {
  if (tier === 'flex' || tier === 'priority') return { tier, lost: false };
  return { lost: tier !== undefined && !['auto', 'default', 'standard', 'standard_only'].includes(tier) };
}
