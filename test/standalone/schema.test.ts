import { load, loadAll } from 'js-yaml';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { crdCases, samples } from '../crds/table.ts';
import { compileKind, loadSchemas, validateResource } from '../../src/standalone/schema.ts';
import type { Manifest, Schemas, ValidationResult } from '../../src/standalone/schema.ts';
import { API_GROUP } from '../../src/api/resources.ts';

const CRDS = new URL('../../crds/', import.meta.url);

let schemas: Schemas;
beforeAll(async () => {
  schemas = await loadSchemas(CRDS);
});

describe('the table of manifests', () => {
  it.each(crdCases())('$name', ({ documents, error }) => {
    let previous: Manifest | undefined;
    for (const document of documents.slice(0, -1)) previous = accepted(validateResource(schemas, load(document), previous));
    const messages = refusals(validateResource(schemas, load(documents.at(-1)!), previous));
    if (error === undefined) expect(messages).toEqual([]);
    else expect(messages.join('\n')).toContain(error);
  });

  it('breaks every CEL rule at least once', () => {
    const cases = crdCases();
    const expected = cases.flatMap(({ error }) => error ?? []);
    const rules = [...schemas.values()].flatMap(({ structural }) => ruleMessages(structural));
    expect(rules.length).toBeGreaterThan(15);
    expect(rules.filter((message) => !expected.some((part) => message.includes(part)))).toEqual([]);
  });
});

describe('the samples', () => {
  it.each(samples())('$name is valid', ({ source }) => {
    for (const manifest of loadAll(source) as { apiVersion: string }[]) {
      if (manifest.apiVersion.startsWith(API_GROUP)) expect(refusals(validateResource(schemas, manifest))).toEqual([]);
      // Those of Kubernetes itself are tried on a real API server.
      else expect(manifest.apiVersion).toMatch(/^(?:v1|[a-z.]+\.k8s\.io\/v1)$/);
    }
  });
});

describe('validateResource', () => {
  it('applies the defaults of the schema, at any depth', () => {
    expect(accepted(validateResource(schemas, llm({ models: [{ name: 'a' }] })))).toEqual({
      apiVersion: 'ai.flashback.tech/v1alpha1',
      kind: 'AILLMConfig',
      metadata: { name: 'openai', namespace: 'default' },
      spec: {
        type: 'OpenAI',
        endpointSecurity: 'RequireTLS',
        credentials: { secretRef: { name: 'openai', key: 'apiKey' } },
        models: [{ name: 'a' }],
        timeouts: { connect: '10s', response: '300s', idle: '120s' },
        validation: { interval: '10m' },
      },
      status: { observedGeneration: -1 },
    });
  });

  it('does not change its argument', () => {
    const manifest = Object.freeze(llm({}));
    accepted(validateResource(schemas, manifest));
    expect(manifest).toEqual(llm({}));
  });

  it('ignores a status in the manifest', () => {
    expect(accepted(validateResource(schemas, { ...llm({}), status: { modelCount: 7 } }))).toHaveProperty('status', { observedGeneration: -1 });
  });

  it('takes a timestamp that the YAML parser made a Date of', () => {
    const date = new Date('2030-01-31T18:00:00Z');
    const manifest = { ...llm({}), kind: 'Repository', spec: { llms: [{ name: 'a' }], apiKeys: [{ name: 'k', expiresAt: date }] } };
    expect(accepted(validateResource(schemas, manifest)).spec).toMatchObject({ apiKeys: [{ expiresAt: '2030-01-31T18:00:00.000Z' }] });
  });

  it('says what an unknown field could have been', () => {
    expect(refusals(validateResource(schemas, { ...llm({}), extra: 1 }))).toEqual([
      'extra: unknown field "extra"; known fields here are apiVersion, kind, metadata, spec, status',
    ]);
  });

  it('explains a refused field by its description', () => {
    expect(refusals(validateResource(schemas, llm({ endpointSecurity: 'None' })))).toEqual([
      expect.stringContaining('spec.endpointSecurity: Unsupported value: supported values: "RequireTLS", "AllowPlaintext" (RequireTLS'),
    ]);
  });

  it('reports every problem at once', () => {
    const messages = refusals(validateResource(schemas, llm({ endpoint: 'nonsense', timeouts: { connect: '0s' }, tls: { foo: 1 } })));
    for (const path of ['spec.endpoint', 'spec.timeouts.connect', 'spec.tls.foo']) {
      expect(messages.some((message) => message.startsWith(`${path}: `))).toBe(true);
    }
  });

  it('does not pile rule failures on values of the wrong type', () => {
    const messages = refusals(validateResource(schemas, llm({ headers: [{ name: 5, value: 'a' }] })));
    expect(messages).toEqual(['spec.headers[0].name: Invalid value: must be of type string (Header name.)']);
  });

  it('never repeats a value, as it could be a misplaced secret', () => {
    const secret = 'sk-planted canary';
    const places = [{ type: secret }, { endpoint: secret }, { endpointSecurity: secret }, { models: [{ name: secret }] }];
    const headers = [{ headers: [{ name: secret, value: `${secret}\n` }] }, { credentials: { secretRef: { name: secret, key: secret } } }];
    for (const spec of [...places, ...headers, { timeouts: { connect: secret } }, { models: [secret, secret] }]) {
      const messages = refusals(validateResource(schemas, llm(spec)));
      expect(messages.length).toBeGreaterThan(0);
      expect(messages.join()).not.toContain('canary');
    }
  });

  it.each([
    [undefined, ': Invalid value: must be an object'],
    [[], ': Invalid value: must be an object'],
    [{}, 'apiVersion: Invalid value: no such version; use ai.flashback.tech/v1alpha1'],
    [{ ...llm({}), apiVersion: 'ai.flashback.tech/v1' }, 'apiVersion: Invalid value'],
    [{ ...llm({}), kind: 'AILLMConfi' }, 'kind: Invalid value: no matches for kind "AILLMConfi"; use one of AILLMConfig'],
    [{ ...llm({}), kind: 'constructor' }, 'kind: Invalid value'],
    [{ ...llm({}), metadata: undefined }, 'metadata: Required value'],
    [{ ...llm({}), metadata: {} }, 'metadata.name: Required value'],
    [{ ...llm({}), metadata: { name: 7 } }, 'metadata.name: Invalid value: must be of type string'],
    [{ ...llm({}), metadata: { name: 'a', namespace: 'Team_A' } }, 'metadata.namespace: Invalid value: a lowercase RFC 1123 label'],
    [{ ...llm({}), metadata: { name: 'a', namespace: 'a.b' } }, 'metadata.namespace: Invalid value'],
    [{ ...llm({}), metadata: { name: 'a', namespace: 'n'.repeat(64) } }, 'metadata.namespace: Invalid value'],
    [{ ...llm({}), metadata: { name: 'a', namespace: '' } }, 'metadata.namespace: Invalid value'],
    [{ ...llm({}), metadata: { name: 'a', labels: { a: 1 } } }, 'metadata.labels.a: Invalid value: must be a string; put it in quotes'],
    [{ ...llm({}), metadata: { name: 'a', labels: ['a'] } }, 'metadata.labels: Invalid value: must be a map'],
  ])('refuses %j', (manifest, message) => {
    expect(refusals(validateResource(schemas, manifest)).join('\n')).toContain(message);
  });

  it('never throws, whatever it is given', () => {
    const anySpec = fc.oneof(fc.object({ maxDepth: 4 }), fc.anything());
    fc.assert(
      fc.property(fc.constantFrom('AILLMConfig', 'Repository', 'AIPolicy'), anySpec, (kind, spec) => {
        expect(validateResource(schemas, { ...llm({}), kind, spec })).toHaveProperty('ok');
      }),
    );
  });
});

describe('compileKind', () => {
  const base = { type: 'object', properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } } };
  const withRule = (rule: string) => ({ ...base, 'x-kubernetes-validations': [{ rule, message: 'no' }] });

  it.each(['self.a ==', 'unknownVariable == 1', 'noSuchFunction(self)', "'a string'"])('refuses the rule %s when it loads', (rule) => {
    expect(() => compileKind(withRule(rule))).toThrow('CEL rule does not compile');
  });

  it('refuses maps and messageExpression, which it could not enforce', () => {
    expect(() => compileKind({ type: 'object', additionalProperties: { type: 'string' } })).toThrow('maps are not supported');
    const rule = { rule: 'true', messageExpression: "'a'" };
    expect(() => compileKind({ ...base, 'x-kubernetes-validations': [rule] })).toThrow('messageExpression is not supported');
  });

  it('compares entries of map lists with the entries of the same key', () => {
    const item = {
      type: 'object',
      properties: { name: { type: 'string' }, size: { type: 'integer' } },
      'x-kubernetes-validations': [{ rule: 'self.size >= oldSelf.size', message: 'size must not shrink' }],
    };
    const list = { type: 'array', 'x-kubernetes-list-type': 'map' as const, 'x-kubernetes-list-map-keys': ['name'], items: item };
    const { rules } = compileKind({ type: 'object', properties: { list } });
    const before = { list: [{ name: 'a', size: 5 }, { name: 'b', size: 1 }] };
    expect(rules({ list: [{ name: 'b', size: 2 }, { name: 'a', size: 4 }, { name: 'c', size: 0 }] }, before, '')).toEqual([
      { path: 'list[1]', message: 'Invalid value: size must not shrink' },
    ]);
  });
});

describe('loadSchemas', () => {
  it('says which kinds a directory lacks', async () => {
    await expect(loadSchemas(new URL('./', import.meta.url))).rejects.toThrow('no CRD for AILLMConfig, Repository, AIPolicy');
  });
});

function llm(spec: object): Record<string, unknown> {
  return {
    apiVersion: 'ai.flashback.tech/v1alpha1',
    kind: 'AILLMConfig',
    metadata: { name: 'openai' },
    spec: { type: 'OpenAI', credentials: { secretRef: { name: 'openai' } }, ...spec },
  };
}

function accepted(result: ValidationResult): Manifest {
  expect(refusals(result)).toEqual([]);
  if (!result.ok) throw new Error('unreachable');
  return result.object;
}

function refusals(result: ValidationResult): string[] {
  return result.ok ? [] : result.errors.map(({ path, message }) => `${path}: ${message}`);
}

function ruleMessages(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === 'x-kubernetes-validations' ? (value as { message: string }[]).map(({ message }) => message) : ruleMessages(value),
  );
}
