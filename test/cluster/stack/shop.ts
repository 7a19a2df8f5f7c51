// A workspace with one connection and one repository whose key is delivered, as most tests of the whole stack need it.

export interface Shop {
  namespace: string;
  /** Base URL of the provider. */
  endpoint: string;
  /** Of the connection. */
  llm?: string;
  /** Name of the Secret with its credential; absent: it has none. */
  secret?: string;
}

/** Where the key of the repository `chat` is delivered. */
export const KEY_SECRET = 'chat-key';

export function connection({ namespace, endpoint, llm = 'lab', secret }: Shop): string {
  return `
apiVersion: ai.flashback.tech/v1alpha1
kind: AILLMConfig
metadata: {name: ${llm}, namespace: ${namespace}}
spec:
  type: Other
  endpoint: ${endpoint}
  endpointSecurity: AllowPlaintext
${secret === undefined ? '' : `  credentials: {secretRef: {name: ${secret}}}\n`}`;
}

export function repository({ namespace, llm = 'lab' }: Pick<Shop, 'namespace' | 'llm'>): string {
  return `
apiVersion: ai.flashback.tech/v1alpha1
kind: Repository
metadata: {name: chat, namespace: ${namespace}}
spec:
  llms: [{name: ${llm}}]
  apiKeys: [{name: app, secretName: ${KEY_SECRET}}]
`;
}

/** Both, as one text of several documents. */
export function shopManifests(shop: Shop): string {
  return `${connection(shop)}---${repository(shop)}`;
}

export function providerSecret(namespace: string, name: string, apiKey: string): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, stringData: { apiKey } });
}
