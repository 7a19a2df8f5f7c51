// https://ai.google.dev/api/generate-content and https://ai.google.dev/api/caching#Schema
import { asJson, asList, asText, type Json } from '../said.ts';
import { check, checkNames, checkSchema, filled, isBlank, isObject, onlyOf } from './rules.ts';

const BODY = 'contents systemInstruction tools toolConfig generationConfig safetySettings cachedContent labels serviceTier store'.split(
  ' ',
);
const DATA = 'text inlineData fileData functionCall functionResponse executableCode codeExecutionResult'.split(' ');
const SCHEMA = (
  'type format title description nullable enum maxItems minItems properties required minProperties maxProperties minLength maxLength ' +
  'pattern example anyOf propertyOrdering default items minimum maximum'
).split(' ');
const TYPES = ['STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL'];

function checkPart(part: Json, role: string, at: string): string[] {
  const data = DATA.filter((name) => name in part);
  const call = asJson(part['functionCall']);
  const result = asJson(part['functionResponse']);
  const inline = asJson(part['inlineData']);
  return [
    ...check(data.length === 1, `${at}: ${data.length} kinds of data`),
    ...check(!('functionCall' in part) || role === 'model', `${at}: a call in role ${role}`),
    ...check(!('functionResponse' in part) || role === 'user', `${at}: a result in role ${role}`),
    ...check(
      !('functionCall' in part) || (!isBlank(call['name']) && (call['args'] === undefined || isObject(call['args']))),
      `${at}: call`,
    ),
    ...check(!('functionResponse' in part) || (!isBlank(result['name']) && isObject(result['response'])), `${at}: result`),
    ...check(
      !('inlineData' in part) || (/^[\w.+-]+\/[\w.+-]+$/.test(asText(inline['mimeType'])) && !isBlank(inline['data'])),
      `${at}: data`,
    ),
    ...check(!('fileData' in part) || !isBlank(asJson(part['fileData'])['fileUri']), `${at}: file`),
    ...check(!('text' in part) || typeof part['text'] === 'string', `${at}: text`),
  ];
}

/** OpenAPI's subset, where it is not the field for JSON Schema. */
function checkOpenApi(schema: unknown, at: string): string[] {
  if (!isObject(schema)) return [`${at}: no schema`];
  return [
    ...onlyOf(schema, SCHEMA, at),
    ...check(schema['type'] === undefined || TYPES.includes(asText(schema['type']).toUpperCase()), `${at}: type ${String(schema['type'])}`),
    ...Object.entries(asJson(schema['properties'])).flatMap(([name, property]) => checkOpenApi(property, `${at}.${name}`)),
    ...(schema['items'] === undefined ? [] : checkOpenApi(schema['items'], `${at}[]`)),
    ...asList(schema['anyOf']).flatMap((one) => checkOpenApi(one, `${at}|`)),
  ];
}

function checkTools(tools: readonly Json[]): string[] {
  const functions = tools.flatMap((tool) => asList(tool['functionDeclarations']));
  return [
    ...checkNames(
      functions.map(({ name }) => asText(name)),
      /^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$/,
    ),
    ...functions.flatMap((declared) => {
      const at = `tool ${asText(declared['name'])}`;
      if ('parametersJsonSchema' in declared) return checkSchema(declared['parametersJsonSchema'], at);
      return 'parameters' in declared ? checkOpenApi(declared['parameters'], at) : [];
    }),
  ];
}

/** A turn of calls is followed by a turn of as many results, under the same names. */
function checkTurns(contents: readonly Json[]): string[] {
  const namesIn = (content: Json | undefined, kind: string): string =>
    asList(content?.['parts'])
      .filter((part) => kind in part)
      .map((part) => asText(asJson(part[kind])['name']))
      .join();
  return contents.flatMap((content, index) => {
    const calls = namesIn(content, 'functionCall');
    const results = namesIn(contents[index + 1], 'functionResponse');
    return [
      ...check(calls === results, `contents[${index}]: calls ${calls}, results ${results}`),
      ...check(index > 0 || namesIn(content, 'functionResponse') === '', 'results without calls'),
    ];
  });
}

export function validateGoogle(body: Json): string[] {
  const contents = asList(body['contents']);
  const config = asJson(body['generationConfig']);
  return [
    ...onlyOf(body, BODY, 'body'),
    ...check(filled(contents), 'no contents'),
    ...contents.flatMap(({ role, parts }, index) => [
      ...check(role === 'user' || role === 'model', `contents[${index}]: role ${String(role)}`),
      ...check(filled(parts), `contents[${index}]: no parts`),
      ...asList(parts).flatMap((part, at) => checkPart(part, asText(role), `contents[${index}].parts[${at}]`)),
    ]),
    ...check(contents[0]?.['role'] === 'user', 'the first turn is not of the user'),
    ...checkTurns(contents),
    ...asList(asJson(body['systemInstruction'])['parts']).flatMap((part, at) => checkPart(part, 'user', `systemInstruction[${at}]`)),
    ...checkTools(asList(body['tools'])),
    ...check(!Array.isArray(config['stopSequences']) || config['stopSequences'].length <= 5, 'stopSequences'),
    ...('responseSchema' in config ? checkOpenApi(config['responseSchema'], 'responseSchema') : []),
    ...check(
      !('responseSchema' in config || 'responseJsonSchema' in config) || config['responseMimeType'] === 'application/json',
      'responseMimeType',
    ),
  ];
}
