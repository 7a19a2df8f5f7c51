// What validators of request bodies share. Each of them lists what its vendor would refuse, after the vendor's documentation.
import { asJson, asList, asText, type Json } from '../said.ts';

export type Validate = (body: Json) => string[];

export const check = (holds: boolean, problem: string): string[] => (holds ? [] : [problem]);
export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
export const isBlank = (value: unknown): boolean => typeof value !== 'string' || value.trim() === '';
export const filled = (value: unknown): boolean => Array.isArray(value) && value.length > 0;

export function onlyOf(value: Json, names: readonly string[], at: string): string[] {
  return Object.keys(value).flatMap((name) => check(names.includes(name), `${at}: unknown member ${name}`));
}

/** JSON Schema of a tool: an object, whose references lead somewhere. */
export function checkSchema(schema: unknown, at: string): string[] {
  if (!isObject(schema)) return [`${at}: no schema`];
  const references = [...JSON.stringify(schema).matchAll(/"\$ref":"([^"]*)"/g)].map(([, reference]) => reference!);
  const resolves = (reference: string): boolean => {
    if (!reference.startsWith('#')) return false;
    const steps = reference
      .slice(1)
      .split('/')
      .filter((step) => step !== '');
    return steps.reduce<unknown>((target, step) => asJson(target)[step.replaceAll('~1', '/').replaceAll('~0', '~')], schema) !== undefined;
  };
  return [
    ...check(schema['type'] === 'object', `${at}: type is ${String(schema['type'])}`),
    ...references.flatMap((reference) => check(resolves(reference), `${at}: ${reference} leads nowhere`)),
  ];
}

/** What strict mode demands of every object in a schema. */
export function checkStrict(schema: unknown, at: string): string[] {
  if (Array.isArray(schema)) return schema.flatMap((one) => checkStrict(one, at));
  if (!isObject(schema)) return [];
  const names = Object.keys(asJson(schema['properties']));
  const isClosed = schema['type'] !== 'object' || schema['additionalProperties'] === false;
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  return [
    ...check(isClosed, `${at}: strict, but open`),
    ...(isObject(schema['properties'])
      ? check(
          names.every((name) => required.includes(name)),
          `${at}: strict, but not all required`,
        )
      : []),
    ...Object.values(schema).flatMap((member) => checkStrict(member, at)),
  ];
}

export interface Turn {
  role: string;
  blocks: Json[];
}

/** Every call has its one result in the turn that follows, and no result is without its call. */
export function checkPairs(
  turns: readonly Turn[],
  callOf: (block: Json) => string | undefined,
  resultOf: (block: Json) => string | undefined,
): string[] {
  const idsIn = (turn: Turn | undefined, idOf: (block: Json) => string | undefined): string[] =>
    (turn?.blocks ?? [])
      .map(idOf)
      .filter((id) => id !== undefined)
      .toSorted();
  return turns.flatMap((turn, index) => {
    const calls = idsIn(turn, callOf);
    const results = idsIn(turns[index + 1], resultOf);
    const orphans = index === 0 ? idsIn(turn, resultOf) : [];
    return [
      ...check(new Set(calls).size === calls.length, `turn ${index}: two calls with one id`),
      ...check(JSON.stringify(calls) === JSON.stringify(results), `turn ${index}: calls ${calls.join()} got results ${results.join()}`),
      ...check(orphans.length === 0, 'turn 0: results without calls'),
    ];
  });
}

export function namesOf(tools: unknown, nameOf: (tool: Json) => unknown): string[] {
  return asList(tools).map((tool) => asText(nameOf(tool)));
}

export const checkNames = (names: readonly string[], legal: RegExp): string[] => [
  ...names.flatMap((name) => check(legal.test(name), `tool ${name}: illegal name`)),
  ...check(new Set(names).size === names.length, 'two tools with one name'),
];
