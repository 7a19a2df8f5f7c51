// What a tenant with edit rights in team-a tries, to get at what is in team-b.
import { kubectlFor, type Kubectl } from './kubectl.ts';
import { RELEASE } from './stack.ts';

export const manifest = (kind: string, name: string, spec: object, namespace = 'team-a'): string =>
  JSON.stringify({ apiVersion: 'ai.flashback.tech/v1alpha1', kind, metadata: { name, namespace }, spec });

/** A connection to `endpoint`. */
export const connection = (endpoint: string, credentials: object): object => ({
  type: 'Other',
  endpoint,
  endpointSecurity: 'AllowPlaintext',
  credentials,
});

const policy = (fields: object): object => ({
  scope: 'Workspace',
  content: 'Never give legal advice.',
  riskType: 'High',
  action: 'Block',
  ...fields,
});

export class Tenant {
  readonly kubectl: Kubectl;
  readonly #endpoint: string;

  /** `endpoint`: where the tenant listens. */
  constructor(binary: string, kubeconfig: string, endpoint: string) {
    this.kubectl = kubectlFor(binary, kubeconfig);
    this.#endpoint = endpoint;
  }

  apply(text: string): Promise<string> {
    return this.kubectl(['apply', '-f', '-'], text);
  }

  /** A connection to where the tenant listens. */
  llm(credentials: object): object {
    return connection(this.#endpoint, credentials);
  }
}

/** Lets repositories and policies of team-a use the connection openai of the namespace that it stands in. */
export const GRANT = {
  from: [
    { kind: 'Repository', namespace: 'team-a' },
    { kind: 'AIPolicy', namespace: 'team-a' },
  ],
  to: [{ kind: 'AILLMConfig', name: 'openai' }],
};

const refusal = (whom: string, name: string): RegExp =>
  new RegExp(`^RefNotPermitted: no AIReferenceGrant lets ${whom} of namespace team-a use AILLMConfig team-b/${name}: ask whoever administers its namespace`);

/** What is tried, how, and what the API server says. */
export const REFUSED: [string, (t: Tenant) => Promise<unknown>, RegExp][] = [
  [
    'the Secret of a credential',
    (t) => t.kubectl(['get', 'secret', 'provider', '-n', 'team-b']),
    /secrets "provider" is forbidden: User "tenant-a" cannot get/,
  ],
  ['the Secret of a key', (t) => t.kubectl(['get', 'secret', 'chat-app', '-n', 'team-b']), /is forbidden/],
  ['all Secrets by a label', (t) => t.kubectl(['get', 'secrets', '-A', '-l', 'ai.flashback.tech/repository']), /secrets is forbidden/],
  ['objects of another namespace', (t) => t.kubectl(['get', 'llm,airepo,aip', '-n', 'team-b']), /is forbidden/],
  [
    'an object in another namespace',
    (t) => t.apply(manifest('AILLMConfig', 'mine', t.llm({ secretRef: { name: 'provider' } }), 'team-b')),
    /forbidden/,
  ],
  ['the authority of the push channel', (t) => t.kubectl(['get', 'secret', 'flashback-push-ca', '-n', RELEASE]), /is forbidden/],
  ['the boot snapshot', (t) => t.kubectl(['get', 'secrets', '-n', RELEASE]), /is forbidden/],
  ['the lease', (t) => t.kubectl(['delete', 'lease', 'flashback-operator', '-n', RELEASE]), /is forbidden/],
  ['another user', (t) => t.kubectl(['get', 'secrets', '-n', 'team-b', '--as=tenant-b']), /cannot impersonate/],
  [
    'a Secret by a path',
    (t) => t.apply(manifest('AILLMConfig', 'x', t.llm({ secretRef: { name: 'team-b/provider' } }))),
    /secretRef\.name: Invalid value: "team-b\/provider"/,
  ],
  [
    'a Secret by a longer path',
    (t) => t.apply(manifest('AILLMConfig', 'x', t.llm({ secretRef: { name: '../../team-b/secrets/provider' } }))),
    /secretRef\.name: Invalid value/,
  ],
  [
    'a key in a Secret by a path',
    (t) => t.apply(manifest('AILLMConfig', 'x', t.llm({ secretRef: { name: 'own', key: '../provider/apiKey' } }))),
    /secretRef\.key: Invalid value/,
  ],
  [
    'a Secret by a namespace',
    (t) => t.apply(manifest('AILLMConfig', 'x', t.llm({ secretRef: { name: 'provider', namespace: 'team-b' } }))),
    /unknown field "spec\.credentials\.secretRef\.namespace"/,
  ],
  [
    'a connection by a path',
    (t) => t.apply(manifest('Repository', 'x', { llms: [{ name: 'team-b/openai' }] })),
    /llms\[0\]\.name: Invalid value/,
  ],
  [
    'a connection by a path in its namespace',
    (t) => t.apply(manifest('Repository', 'x', { llms: [{ name: 'openai', namespace: 'team-b/openai' }] })),
    /llms\[0\]\.namespace: Invalid value/,
  ],
  ['a grant where the connection is', (t) => t.apply(manifest('AIReferenceGrant', 'for-me', GRANT, 'team-b')), /aireferencegrants\S* .*is forbidden/],
  ['a grant in its own namespace, which is for who administers that', (t) => t.apply(manifest('AIReferenceGrant', 'mine', GRANT)), /aireferencegrants\S* .*is forbidden/],
  ['a look at the grants of others', (t) => t.kubectl(['get', 'aigrant', '-n', 'team-b']), /is forbidden/],
  [
    'a key delivered elsewhere',
    (t) => t.apply(manifest('Repository', 'x', { llms: [{ name: 'own' }], apiKeys: [{ name: 'app', secretName: 'team-b/chat-app' }] })),
    /secretName: Invalid value/,
  ],
  [
    'a judge by a path',
    (t) => t.apply(manifest('AIPolicy', 'x', policy({ judge: { llmRef: { name: 'team-b/openai' }, model: 'small-1' } }))),
    /llmRef\.name: Invalid value/,
  ],
  [
    'a repository by a path',
    (t) => t.apply(manifest('AIPolicy', 'x', policy({ scope: 'Repository', repositoryRef: { name: 'team-b/chat' } }))),
    /repositoryRef\.name: Invalid value/,
  ],
  [
    'a status of its own making',
    (t) =>
      t.kubectl(['patch', 'llm', 'own', '-n', 'team-a', '--subresource=status', '--type=merge', '-p', '{"status":{"models":["gpt"]}}']),
    /is forbidden/,
  ],
  [
    'another organization',
    (t) => t.kubectl(['label', 'namespace', 'team-a', '--overwrite', 'ai.flashback.tech/organization=team-b']),
    /namespaces "team-a" is forbidden: User "tenant-a" cannot patch/,
  ],
  [
    'a home of the organization',
    (t) => t.kubectl(['label', 'namespace', 'team-a', 'ai.flashback.tech/organization-home=true']),
    /namespaces "team-a" is forbidden/,
  ],
];

/** What the API server takes, and the operator does not: kind, name, spec, and what status then says. */
export const WITHOUT_EFFECT: [string, string, string, (t: Tenant) => object, RegExp][] = [
  [
    "another namespace's Secret by its name",
    'AILLMConfig',
    'borrowed',
    (t) => t.llm({ secretRef: { name: 'provider' } }),
    /^SecretNotFound: the Secret provider does not exist in namespace team-a/,
  ],
  [
    'the identity of the pods',
    'AILLMConfig',
    'pods',
    () => ({ type: 'AWS', credentials: { podIdentity: true } }),
    /^PodIdentityNotAllowed: .*team-a/,
  ],
  [
    "another namespace's connection by its name",
    'Repository',
    'attached',
    () => ({ llms: [{ name: 'openai' }], apiKeys: [{ name: 'app' }] }),
    /^LLMNotFound: no AILLMConfig in namespace team-a is called openai/,
  ],
  [
    "another namespace's connection by its namespace and name",
    'Repository',
    'crossing',
    () => ({ llms: [{ name: 'openai', namespace: 'team-b' }], apiKeys: [{ name: 'app' }] }),
    refusal('repositories', 'openai'),
  ],
  [
    'a connection that the other namespace does not have, which it is not told',
    'Repository',
    'guessing',
    () => ({ llms: [{ name: 'guessed', namespace: 'team-b' }], apiKeys: [{ name: 'app' }] }),
    refusal('repositories', 'guessed'),
  ],
  [
    "another namespace's connection as judge, by its namespace and name",
    'AIPolicy',
    'judged-there',
    () => policy({ judge: { llmRef: { name: 'openai', namespace: 'team-b' }, model: 'small-1' } }),
    refusal('policies', 'openai'),
  ],
  [
    "another namespace's connection as judge",
    'AIPolicy',
    'judged',
    () => policy({ judge: { llmRef: { name: 'openai' }, model: 'small-1' } }),
    /^LLMNotFound: .*openai/,
  ],
  [
    "another namespace's repository as subject",
    'AIPolicy',
    'about',
    () => policy({ scope: 'Repository', repositoryRef: { name: 'chat' } }),
    /^RepositoryNotFound: .*chat/,
  ],
  [
    'a policy for the whole organization',
    'AIPolicy',
    'everybody',
    () => policy({ scope: 'Organization', enforcement: 'Always', failureMode: 'Closed' }),
    /^NotOrganizationHome: .*team-a is not the home/,
  ],
];
