// A request to generateContent or streamGenerateContent. The model and whether to stream are in the address.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatRequest } from '../../chat/request.ts';
import { asObject, type JsonObject } from './json.ts';
import { traitsOf } from './model.ts';
import { writeTier } from './tier.ts';
import { writeContents } from './write-contents.ts';
import { ownFields, tellLostOptions, writeGenerationConfig } from './write-options.ts';
import { writeTools } from './write-tools.ts';

const CALLING = 'toolConfig.functionCallingConfig';

/** Marks of what to cache are no loss: Google caches prefixes by itself. */
export function writeRequest(request: ChatRequest, context: WriteContext): JsonObject {
  const traits = traitsOf(request.model);
  const { options } = request;
  tellLostOptions(options, context);
  const { generationConfig: _, toolConfig: ownConfig, [CALLING]: ownCalling, ...fields } = ownFields(options);
  const { hasFunctions, tools, toolConfig } = writeTools(request, traits, context);
  const generationConfig = writeGenerationConfig(options, hasFunctions, traits, context);
  const { tier } = writeTier(options.serviceTier);
  const calling = { ...asObject(toolConfig?.['functionCallingConfig']), ...(hasFunctions ? asObject(ownCalling) : {}) };
  const config = { ...asObject(ownConfig), ...(Object.keys(calling).length === 0 ? {} : { functionCallingConfig: calling }) };
  return {
    ...writeContents(request.messages, traits, context),
    ...(tools === undefined ? {} : { tools }),
    ...(Object.keys(config).length === 0 ? {} : { toolConfig: config }),
    ...(generationConfig === undefined ? {} : { generationConfig }),
    ...(tier === undefined ? {} : { serviceTier: tier }),
    ...fields,
  };
}
