// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
import { asJson, asList, asText, type Json } from '../said.ts';
import { check, checkNames, checkPairs, checkSchema, filled, isBlank, isObject, namesOf, onlyOf } from './rules.ts';

const BODY = (
  'messages system inferenceConfig toolConfig guardrailConfig additionalModelRequestFields additionalModelResponseFieldPaths ' +
  'promptVariables requestMetadata performanceConfig serviceTier outputConfig'
).split(' ');
const KINDS =
  'text image document video audio toolUse toolResult reasoningContent cachePoint guardContent citationsContent searchResult'.split(' ');
const IMAGES = ['png', 'jpeg', 'gif', 'webp'];
const DOCUMENTS = ['pdf', 'csv', 'doc', 'docx', 'xls', 'xlsx', 'html', 'txt', 'md'];
const ID = /^[a-zA-Z0-9_.:-]{1,64}$/;

function checkBlock(block: Json, role: string, at: string): string[] {
  const kinds = Object.keys(block);
  const [kind = ''] = kinds;
  const value = asJson(block[kind]);
  const inRole = (wanted: string): string[] => check(role === wanted, `${at}: ${kind} in role ${role}`);
  const one = [...check(kinds.length === 1 && KINDS.includes(kind), `${at}: ${kinds.join()}`)];
  switch (kind) {
    case 'text':
      return [...one, ...check(!isBlank(block['text']), `${at}: blank text`)];
    case 'image':
      return [
        ...one,
        ...inRole('user'),
        ...check(IMAGES.includes(asText(value['format'])), `${at}: format`),
        ...check(isObject(value['source']), at),
      ];
    case 'document':
      return [
        ...one,
        ...inRole('user'),
        ...check(DOCUMENTS.includes(asText(value['format'])), `${at}: format`),
        ...check(/^(?!.*\s\s)[A-Za-z0-9\s\-()[\]]{1,200}$/.test(asText(value['name'])), `${at}: name ${asText(value['name'])}`),
        ...check(isObject(value['source']), `${at}: source`),
      ];
    case 'toolUse':
      return [
        ...one,
        ...inRole('assistant'),
        ...check(ID.test(asText(value['toolUseId'])) && !isBlank(value['name']) && isObject(value['input']), at),
      ];
    case 'toolResult':
      return [
        ...one,
        ...inRole('user'),
        ...check(ID.test(asText(value['toolUseId'])) && Array.isArray(value['content']), `${at}: result`),
        ...check([undefined, 'success', 'error'].includes(value['status'] as string), `${at}: status`),
      ];
    case 'reasoningContent':
      return [...one, ...inRole('assistant')];
    default:
      return one;
  }
}

function checkTools(body: Json): string[] {
  const { toolConfig, messages } = body;
  const isUsed = /"(?:toolUse|toolResult)":/.test(JSON.stringify(messages));
  if (toolConfig === undefined) return check(!isUsed, 'tools are used, but there is no toolConfig');
  const specs = asList(asJson(toolConfig)['tools'])
    .filter((tool) => 'toolSpec' in tool)
    .map((tool) => asJson(tool['toolSpec']));
  return [
    ...check(filled(specs), 'toolConfig without tools'),
    ...checkNames(
      namesOf(specs, ({ name }) => name),
      /^[a-zA-Z0-9_-]{1,64}$/,
    ),
    ...specs.flatMap((spec) => [
      ...checkSchema(asJson(spec['inputSchema'])['json'], `tool ${asText(spec['name'])}`),
      ...check(spec['description'] === undefined || !isBlank(spec['description']), `tool ${asText(spec['name'])}: blank description`),
    ]),
  ];
}

export function validateBedrock(body: Json): string[] {
  const messages = asList(body['messages']);
  const turns = messages.map(({ role, content }) => ({ role: asText(role), blocks: asList(content) }));
  const idOf =
    (kind: string) =>
    (block: Json): string | undefined =>
      kind in block ? asText(asJson(block[kind])['toolUseId']) : undefined;
  const stops = asJson(body['inferenceConfig'])['stopSequences'];
  const documents = turns
    .flatMap(({ blocks }) => blocks)
    .flatMap((block) => ('document' in block ? [asText(asJson(block['document'])['name'])] : []));
  return [
    ...onlyOf(body, BODY, 'body'),
    ...check(turns[0]?.role === 'user', 'the first message is not of the user'),
    ...turns.flatMap(({ role, blocks }, index) => [
      ...check(role === (index % 2 === 0 ? 'user' : 'assistant'), `messages[${index}]: role ${role}`),
      ...check(filled(blocks), `messages[${index}]: no content`),
      ...blocks.flatMap((block, at) => checkBlock(block, role, `messages[${index}].content[${at}]`)),
      ...check(
        !blocks.some((block) => 'document' in block) || blocks.some((block) => 'text' in block),
        `messages[${index}]: a document without text`,
      ),
    ]),
    ...asList(body['system']).flatMap((block, at) => check('cachePoint' in block || !isBlank(block['text']), `system[${at}]: blank`)),
    ...checkPairs(turns, idOf('toolUse'), idOf('toolResult')),
    ...checkTools(body),
    ...check(new Set(documents).size === documents.length, 'two documents with one name'),
    ...check(stops === undefined || (filled(stops) && (stops as unknown[]).every((stop) => asText(stop) !== '')), 'stopSequences'),
    ...check(JSON.stringify(body).split('"cachePoint":').length - 1 <= 4, 'more than four cache points'),
  ];
}
