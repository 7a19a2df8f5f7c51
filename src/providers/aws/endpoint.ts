// Where Bedrock is: the host of the endpoint tells the region that requests are signed for.

/** Public, FIPS, dual-stack and VPC endpoints, in all partitions of AWS. */
const HOST = new RegExp(
  String.raw`(?:^|\.)bedrock-runtime(?:-fips)?\.([a-z]{2,}(?:-[a-z]+)+-\d+)\.` +
    String.raw`(?:vpce\.)?(?:amazonaws\.(?:com|com\.cn|eu)|api\.aws|api\.amazonwebservices\.com\.cn|c2s\.ic\.gov|sc2s\.sgov\.gov)\.?$`,
);

/** The region of a Bedrock endpoint, or undefined where the host tells none. */
export function regionOf(url: string): string | undefined {
  return URL.canParse(url) ? HOST.exec(new URL(url).hostname.toLowerCase())?.[1] : undefined;
}

/** Why requests to this endpoint cannot be signed, or undefined. */
export function awsEndpointFlaw(endpoint: string): string | undefined {
  return regionOf(endpoint) === undefined
    ? 'spec.endpoint names no AWS region; set it to https://bedrock-runtime.<region>.amazonaws.com, or to a VPC endpoint of that service'
    : undefined;
}

export type ModelAction = 'converse' | 'converse-stream' | 'count-tokens' | 'invoke';

/** Path below the endpoint for an action of this model: an id, or an ARN with colons and slashes in it. */
export function modelPath(model: string, action: ModelAction): string {
  // A model named .. must not become another path on the way.
  const name = /^\.+$/.test(model) ? model.replaceAll('.', '%2E') : encodeURIComponent(model);
  const encoded = name.replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `/model/${encoded}/${action}`;
}

/** The same for a chat. */
export function conversePath(model: string, stream: boolean): string {
  return modelPath(model, stream ? 'converse-stream' : 'converse');
}
