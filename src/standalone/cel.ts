// The x-kubernetes-* rules of a CRD schema (CEL rules, set and map lists), checked the way the API server checks them.
import { Environment } from '@marcbachmann/cel-js';

/** The parts of a structural schema that this module reads. */
export interface StructuralSchema {
  type?: string;
  description?: string;
  properties?: Record<string, StructuralSchema>;
  additionalProperties?: StructuralSchema | boolean;
  items?: StructuralSchema;
  'x-kubernetes-list-type'?: 'map' | 'set' | 'atomic';
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-validations'?: { rule: string; message?: string; fieldPath?: string; reason?: string; messageExpression?: string }[];
}

export interface SchemaError {
  /** Dotted path of the field, for example `spec.llms[0].name`. */
  path: string;
  /** What is wrong and what to do about it. Never holds a value of the manifest: it could be a misplaced secret. */
  message: string;
}

/** Checks a value against the rules of its schema; `old` is the value that it replaces, if there is one. */
export type RuleCheck = (value: unknown, old: unknown, path: string) => SchemaError[];

// The wording of the API server, so that users meet the same sentences everywhere.
const REASON_PREFIX: Record<string, string> = {
  FieldValueInvalid: 'Invalid value',
  FieldValueRequired: 'Required value',
  FieldValueForbidden: 'Forbidden',
};

/**
 * Compiles every CEL rule of a schema, at any depth.
 * @throws Error when a rule does not compile or uses something that is not supported here.
 */
export function compileRules(schema: StructuralSchema): RuleCheck {
  const environment = new Environment().registerVariable('self', 'dyn').registerVariable('oldSelf', 'dyn');
  return compileNode(schema, '', environment);
}

/** Checks that lists of type set and map hold no entry twice. */
export function findDuplicates(schema: StructuralSchema, value: unknown, path: string): SchemaError[] {
  if (Array.isArray(value)) {
    const seen = new Set<string>();
    const repeated = value.flatMap((item, index) => {
      const key = listKey(schema, item);
      if (key === undefined || !seen.has(key)) {
        if (key !== undefined) seen.add(key);
        return [];
      }
      const keys = schema['x-kubernetes-list-map-keys']?.join(', ');
      const fix = keys === undefined ? 'remove the repetition' : `${keys} must be unique in this list`;
      return [{ path: `${path}[${index}]`, message: `Duplicate value: ${fix}` }];
    });
    return [...repeated, ...value.flatMap((item, index) => findDuplicates(schema.items ?? {}, item, `${path}[${index}]`))];
  }
  return fieldsOf(value).flatMap(([name, field]) => findDuplicates(schema.properties?.[name] ?? {}, field, joinPath(path, name)));
}

/** `a` + `b` -> `a.b`; the root has the empty path. */
export function joinPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function compileNode(schema: StructuralSchema, where: string, environment: Environment): RuleCheck {
  // Better no start than a rule that is silently not enforced.
  if (schema.additionalProperties !== undefined) throw new Error(`${where}: maps are not supported here; use a list of type map`);
  const own = (schema['x-kubernetes-validations'] ?? []).map((entry) => compileRule(entry, where, environment));
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, child]) => [name, compileNode(child, joinPath(where, name), environment)] as const,
  );
  const byName = new Map(fields);
  const items = schema.items === undefined ? undefined : compileNode(schema.items, `${where}[]`, environment);
  return (value, old, path) => {
    const errors = own.flatMap((check) => check(value, old, path));
    if (Array.isArray(value)) {
      if (items === undefined) return errors;
      return [...errors, ...value.flatMap((item, index) => items(item, counterpart(schema, item, old), `${path}[${index}]`))];
    }
    const before = Object.fromEntries(fieldsOf(old));
    return [...errors, ...fieldsOf(value).flatMap(([name, field]) => byName.get(name)?.(field, before[name], joinPath(path, name)) ?? [])];
  };
}

function compileRule(
  { rule, message, fieldPath, reason, messageExpression }: NonNullable<StructuralSchema['x-kubernetes-validations']>[number],
  where: string,
  environment: Environment,
): RuleCheck {
  if (messageExpression !== undefined) throw new Error(`${where}: messageExpression is not supported; give the rule a message`);
  let evaluate: ReturnType<Environment['parse']>;
  try {
    evaluate = environment.parse(rule);
    const { valid, type, error } = evaluate.check();
    if (!valid || (type !== 'bool' && type !== 'dyn')) throw error ?? new Error(`the rule yields ${type}, not bool`);
  } catch (cause) {
    throw new Error(`${where}: CEL rule does not compile: ${rule}`, { cause });
  }
  const isTransition = /\boldSelf\b/.test(rule);
  const prefix = REASON_PREFIX[reason ?? 'FieldValueInvalid'] ?? 'Invalid value';
  return (value, old, path) => {
    // As in the API server: a rule about a change says nothing when there is nothing to compare with.
    if (isTransition && old === undefined) return [];
    const problem = failureOf(() => evaluate({ self: toCel(value), oldSelf: toCel(old) }), message ?? `failed rule: ${rule}`);
    return problem === undefined ? [] : [{ path: path + (fieldPath ?? ''), message: `${prefix}: ${problem}` }];
  };
}

/** Undefined when the rule holds. A rule that cannot be evaluated counts as broken, as in the API server. */
function failureOf(evaluate: () => unknown, message: string): string | undefined {
  try {
    return evaluate() === true ? undefined : message;
  } catch {
    return `${message} (the rule could not be evaluated)`;
  }
}

/** The entry of the old list that this one replaces: only entries of map lists have an identity. */
function counterpart(schema: StructuralSchema, item: unknown, old: unknown): unknown {
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(old)) return undefined;
  const key = listKey(schema, item);
  return old.find((candidate: unknown) => listKey(schema, candidate) === key);
}

function listKey(schema: StructuralSchema, item: unknown): string | undefined {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') return JSON.stringify(item);
  if (type !== 'map') return undefined;
  const fields = Object.fromEntries(fieldsOf(item));
  return JSON.stringify(schema['x-kubernetes-list-map-keys']?.map((name) => fields[name]));
}

function fieldsOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

/** Words of the language: rules write such a field as `__namespace__`. */
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return'.split(' '),
);

/** CEL integers are bigints here; a plain number would be a double. Fields have the names that rules know them by. */
function toCel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(fieldsOf(value).map(([name, field]) => [RESERVED.has(name) ? `__${name}__` : name, toCel(field)]));
  }
  return typeof value === 'number' && Number.isInteger(value) ? BigInt(value) : value;
}
