// Twenty ways to get a manifest wrong. Each is either refused by the API server, or reported on the object itself.

export interface BrokenManifest {
  what: string;
  manifest: object;
  /** What the API server says. */
  refused?: RegExp;
  /** Kind, name, condition type and its expected `status reason`. */
  condition?: [kind: string, name: string, type: string, expected: string];
}

/** All of them, labelled `broken`, in one namespace that has an AILLMConfig `lab` and a Repository `chat`. */
export function brokenManifests(namespace: string): BrokenManifest[] {
  const make = (kind: string, name: string, spec: unknown): object => ({
    apiVersion: 'ai.flashback.tech/v1alpha1',
    kind,
    metadata: { name, namespace, labels: { broken: 'true' } },
    spec,
  });
  const llm = (name: string, spec: object): object => make('AILLMConfig', name, { type: 'OpenAI', credentials: { secretRef: { name: 'lab' } }, ...spec });
  const repository = (name: string, spec: object): object => make('Repository', name, { llms: [{ name: 'lab' }], ...spec });
  const policy = (name: string, spec: object): object => make('AIPolicy', name, { scope: 'Workspace', content: 'Be kind.', riskType: 'Low', action: 'Log', ...spec });
  return [
    { what: 'unknown provider type', manifest: llm('b01', { type: 'Acme' }), refused: /Unsupported value/ },
    { what: 'Other without endpoint', manifest: llm('b02', { type: 'Other' }), refused: /endpoint is required when type is Other/ },
    { what: 'plain http outside the cluster', manifest: llm('b03', { endpoint: 'http://llm.example.com/v1' }), refused: /must use https/ },
    { what: 'credentials in a header', manifest: llm('b04', { headers: [{ name: 'Authorization', value: 'x' }] }), refused: /carries credentials/ },
    { what: 'interval too short', manifest: llm('b05', { validation: { interval: '1s' } }), refused: /from 10s to 168h/ },
    { what: 'no credentials', manifest: make('AILLMConfig', 'b06', { type: 'OpenAI' }), refused: /credentials are required/ },
    { what: 'a field that does not exist', manifest: llm('b07', { apiKey: 'x' }), refused: /unknown field/ },
    { what: 'no llms', manifest: repository('b08', { llms: undefined }), refused: /spec\.llms: Required value/ },
    { what: 'the same llm twice', manifest: repository('b09', { llms: [{ name: 'lab' }, { name: 'lab' }] }), refused: /two entries name the same AILLMConfig/ },
    { what: 'two keys in one Secret', manifest: repository('b10', { apiKeys: [{ name: 'a', secretName: 's' }, { name: 'b', secretName: 's' }] }), refused: /same secretName/ },
    { what: 'expiry and rotation', manifest: repository('b11', { apiKeys: [{ name: 'a', expiresAt: '2030-01-01T00:00:00Z', rotation: { every: '24h' } }] }), refused: /either rotates or expires/ },
    { what: 'overlap longer than rotation', manifest: repository('b12', { apiKeys: [{ name: 'a', rotation: { every: '1h', overlap: '2h' } }] }), refused: /overlap must be shorter/ },
    { what: 'repositoryRef on a workspace policy', manifest: policy('b13', { repositoryRef: { name: 'chat' } }), refused: /belongs to scope Repository/ },
    { what: 'unknown action', manifest: policy('b14', { action: 'Shout' }), refused: /Unsupported value/ },
    { what: 'a Secret that does not exist', manifest: llm('b15', { credentials: { secretRef: { name: 'nowhere' } } }), condition: ['llm', 'b15', 'Ready', 'False SecretNotFound'] },
    { what: 'a key that the Secret lacks', manifest: llm('b16', { credentials: { secretRef: { name: 'lab', key: 'other' } } }), condition: ['llm', 'b16', 'Ready', 'False SecretKeyMissing'] },
    { what: 'a metadata service as endpoint', manifest: llm('b17', { endpoint: 'https://169.254.169.254/v1' }), condition: ['llm', 'b17', 'Ready', 'False EndpointNotAllowed'] },
    { what: 'an AILLMConfig that does not exist', manifest: repository('b18', { llms: [{ name: 'nobody' }] }), condition: ['airepo', 'b18', 'ResolvedRefs', 'False LLMNotFound'] },
    { what: 'a key Secret that belongs to somebody else', manifest: repository('b19', { apiKeys: [{ name: 'a', secretName: 'lab' }] }), condition: ['airepo', 'b19', 'KeysIssued', 'False KeySecretConflict'] },
    { what: 'a policy for a repository that does not exist', manifest: policy('b20', { scope: 'Repository', repositoryRef: { name: 'nobody' } }), condition: ['aip', 'b20', 'Ready', 'False RepositoryNotFound'] },
  ];
}
