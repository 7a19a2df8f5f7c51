import { beforeAll, describe, expect, it } from 'vitest';
import { parseManifests, type ManifestProblem, type ParsedFile } from '../../src/standalone/manifests.ts';
import { loadSchemas, validateResource, type Schemas } from '../../src/standalone/schema.ts';

const CANARY = 'sk-canary-0123456789';
let schemas: Schemas;
beforeAll(async () => {
  schemas = await loadSchemas(new URL('../../crds/', import.meta.url));
});

function parse(text: string, variables: Record<string, string> = {}): ReturnType<typeof parseManifests> {
  const validate = (object: unknown, previous?: object): ReturnType<typeof validateResource> => validateResource(schemas, object, previous);
  return parseManifests({ path: 'config.yaml', text }, { variables, validate, previous: () => undefined });
}

function parsed(text: string, variables?: Record<string, string>): ParsedFile {
  const result = parse(text, variables);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('\n'));
  return result.parsed;
}

function problems(text: string, variables?: Record<string, string>): ManifestProblem[] {
  const result = parse(text, variables);
  return result.ok ? [] : result.problems;
}

const REPOSITORY = `apiVersion: ai.flashback.tech/v1alpha1
kind: Repository
metadata:
  name: assistant
spec:
  llms:
    - name: demo
`;

const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n';

describe('what a file yields', () => {
  it('reads several documents, skips empty ones and defaults the namespace', () => {
    const { resources } = parsed(`---\n${REPOSITORY}---\n# nothing\n---\n${REPOSITORY.replace('assistant', 'other')}`);
    expect(resources.map(({ object }) => object.metadata)).toEqual([
      { namespace: 'default', name: 'assistant' },
      { namespace: 'default', name: 'other' },
    ]);
    expect(resources.map(({ line }) => line)).toEqual([2, 12]);
  });

  it('applies the defaults of the schema', () => {
    expect(parsed(REPOSITORY).resources[0]?.object.spec).toMatchObject({ surfaces: ['OpenAI'], suspend: false });
  });

  it('opens lists', () => {
    const indented = REPOSITORY.trimEnd().split('\n').join('\n    ');
    const { resources } = parsed(`apiVersion: v1\nkind: List\nitems:\n  - ${indented}\n`);
    expect(resources[0]?.object.metadata.name).toBe('assistant');
  });

  it('reads JSON', () => {
    const object = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { k: 'v' } };
    expect(parsed(JSON.stringify(object, null, '\t')).secrets[0]?.object.data).toEqual({ k: 'v' });
  });

  it('reads data and stringData of Secrets, of which stringData wins', () => {
    const text = `${SECRET}data: {a: aGk=, b: aGk=}\nstringData: {b: there}\n`;
    const key = { namespace: 'default', name: 's' };
    expect(parsed(text).secrets[0]?.object).toEqual({ key, data: { a: 'hi', b: 'there' }, labels: {}, annotations: {} });
  });

  it('reads the labels of Namespaces, however often one stands there', () => {
    const text = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: n, labels: {a: b}}\n---\nkind: Namespace\nmetadata: {name: n}\n';
    expect(parsed(text).namespaces.map(({ object }) => object)).toEqual([
      { name: 'n', labels: { a: 'b' } },
      { name: 'n', labels: {} },
    ]);
  });

  it.each([
    ['v1', 'Service'],
    ['v1', 'ServiceAccount'],
    ['example.com/v1', 'Repositories'],
    ['external-secrets.io/v1', 'Secrets'],
  ])("takes no object of somebody else for a mistake: %s %s", (apiVersion, kind) => {
    expect(parsed(`apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: x}\n`).warnings).toHaveLength(1);
  });

  it('warns of other kinds by file and kind, and goes on', () => {
    const { resources, warnings } = parsed(`${REPOSITORY}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n`);
    expect(resources).toHaveLength(1);
    expect(warnings).toEqual([{ file: 'config.yaml', line: 10, message: expect.stringContaining('ConfigMap') }]);
  });
});

describe('variables', () => {
  const secret = (value: string): string => `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  apiKey: ${value}\n`;

  it.each([
    ['a whole value', '${KEY}', CANARY],
    ['a part of a value', '"Bearer ${KEY}!"', `Bearer ${CANARY}!`],
    ['an escaped one, literally', '$${KEY}', '${KEY}'],
    ['other dollars, literally', '"$KEY ${key-1} $"', '$KEY ${key-1} $'],
  ])('fills in %s', (_case, value, filled) => {
    expect(parsed(secret(value), { KEY: CANARY }).secrets[0]?.object.data['apiKey']).toBe(filled);
  });

  it('fills in a value inside braces, where YAML alone could not read it', () => {
    const text = 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {apiKey: ${KEY}}\n';
    expect(parsed(text, { KEY: CANARY }).secrets[0]?.object.data['apiKey']).toBe(CANARY);
  });

  it('does not read a filled-in value as YAML or as a variable', () => {
    expect(parsed(secret('${KEY}'), { KEY: '{a: ${KEY}}\n- x' }).secrets[0]?.object.data['apiKey']).toBe('{a: ${KEY}}\n- x');
  });

  it.each([{}, { KEY: '' }])('names file, line, variable and fix when it is missing: %j', (variables) => {
    const [problem] = problems(secret('${KEY}'), variables);
    expect(problem).toMatchObject({ file: 'config.yaml', line: 5 });
    expect(problem?.message).toContain('the environment variable KEY is not set; export KEY');
  });

  it('are left alone everywhere else', () => {
    const text = `${REPOSITORY.replace('spec:', '  annotations: {note: "${KEY}"}\nspec:')}`;
    expect(parsed(text, { KEY: CANARY }).resources[0]?.object.metadata.annotations).toEqual({ note: '${KEY}' });
  });
});

describe('a file with mistakes', () => {
  it.each([
    ['no YAML', 'a: [1,\n  2', 2, 'not valid YAML'],
    ['no mapping', '- a\n', 1, 'not a manifest'],
    ['no kind', 'a: 1\n', 1, 'not a manifest'],
    ['an unknown field', REPOSITORY.replace('  llms:', '  lms: 1\n  llms:'), 6, 'unknown field "spec.lms"'],
    ['a wrong value deep inside', REPOSITORY.replace('- name: demo', '- name: demo\n    - name: Demo'), 8, 'spec.llms[1].name'],
    ['a missing field', REPOSITORY.replace(/ {2}llms:[^]*/, '  suspend: true\n'), 5, 'spec.llms: Required value'],
    ['a wrong version', REPOSITORY.replace('v1alpha1', 'v9'), 1, 'use ai.flashback.tech/v1alpha1'],
    ['a misspelled kind', REPOSITORY.replace('Repository', 'Repositroy'), 2, 'did you mean Repository?'],
    ['a kind with wrong capitals', REPOSITORY.replace('Repository', 'AILLMconfig'), 2, 'did you mean AILLMConfig?'],
    ['a misspelled list of our kind', REPOSITORY.replace('Repository', 'RepositoryLst'), 2, 'there is no kind RepositoryLst'],
    ['a kind that our group does not have', REPOSITORY.replace('Repository', 'Gateway'), 2, 'it has AILLMConfig, Repository, AIPolicy'],
    ['a misspelled Secret', SECRET.replace('Secret', 'secert'), 2, 'did you mean Secret?'],
    ['a Secret with a wrong apiVersion', SECRET.replace('v1', 'ai.flashback.tech/v1alpha1'), 1, 'a Secret has the apiVersion v1'],
    ['a Repository without an apiVersion', REPOSITORY.replace(/.*\n/, ''), 1, 'use ai.flashback.tech/v1alpha1'],
    ['a number in stringData', 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: b\n  k: 12\n', 6, 'put it in quotes'],
    ['data that is not base64', 'apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata:\n  k: "###"\n', 5, 'must be base64'],
    ['a misspelled field of a Secret', `${SECRET}stringdata:\n  k: v\n`, 4, 'unknown field "stringdata"'],
    ['a Secret without a name', 'apiVersion: v1\nkind: Secret\nstringData: {k: v}\n', 1, 'metadata'],
    ['the same object twice', `${REPOSITORY}---\n${REPOSITORY}`, 9, 'default/assistant is in this file twice, the first time in line 1'],
  ])('names the line of %s', (_case, text, line, message) => {
    expect(problems(text)).toContainEqual({ file: 'config.yaml', line, message: expect.stringContaining(message) });
  });

  it('reports every mistake, each on its line', () => {
    const text = `${REPOSITORY.replace('- name: demo', '- name: A')}---\n${REPOSITORY.replace('- name: demo', '- name: B')}`;
    expect(problems(text).map(({ line }) => line)).toEqual([7, 15]);
  });

  it('survives alias bombs and deep nesting with a problem, not with memory', () => {
    const nine = (item: string): string => Array(9).fill(item).join(',');
    const levels = Array.from({ length: 12 }, (_, level) => `l${level}: &l${level} [${nine(level === 0 ? 'x' : `*l${level - 1}`)}]`);
    expect(problems(levels.join('\n'))[0]?.message).toContain('maxAliases');
    expect(problems('['.repeat(5000))[0]?.message).toContain('not valid YAML');
  });

  it.each([
    `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  k: "${CANARY}\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  k: @${CANARY}\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  k: *${CANARY}\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  k: !${CANARY} x\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  k: [${CANARY}]\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: ${CANARY}\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {k: ${CANARY}}\n`,
    `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData:\n  a: \${KEY}\n  k: \${MISSING}\n`,
    `${REPOSITORY}  apiKeys: ${CANARY}\n`,
    `${REPOSITORY}  suspend: ${CANARY}\n`,
    `${REPOSITORY.replace('name: demo', `name: "${CANARY}!"`)}`,
  ])('never repeats a secret value: case %#', (text) => {
    const found = problems(text, { KEY: CANARY });
    expect(found).not.toEqual([]);
    expect(JSON.stringify(found)).not.toContain(CANARY);
  });
});
