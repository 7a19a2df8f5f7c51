// A request to generateContent or streamGenerateContent. The model and whether to stream are in the address.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatRequest } from '../../chat/request.ts';
import { isObject } from '../../chat/json.ts';
import type { JsonObject } from './json.ts';
import { traitsOf } from './model.ts';
import { writeTier } from './tier.ts';
import { writeContents } from './write-contents.ts';
import { ownFields, tellLostOptions, writeGenerationConfig } from './write-options.ts';
import { writeTools } from './write-tools.ts';

/** Marks of what to cache are no loss: Google caches prefixes by itself. */
export function writeRequest(request: ChatRequest, context: WriteContext): JsonObject {
  const traits = traitsOf(request.model);
  const { options } = request;
  tellLostOptions(options, context);
  const { generationConfig: _, toolConfig: ownToolConfig, ...fields } = ownFields(options);
  const { hasFunctions, tools, toolConfig } = writeTools(request, traits, context);
  const generationConfig = writeGenerationConfig(options, hasFunctions, traits, context);
  const { tier } = writeTier(options.serviceTier);
  const config = { ...(isObject(ownToolConfig) ? ownToolConfig : {}), ...toolConfig };
  return {
    ...writeContents(request.messages, traits, context),
    ...(tools === undefined ? {} : { tools }),
    ...(Object.keys(config).length === 0 ? {} : { toolConfig: config }),
    ...(generationConfig === undefined ? {} : { generationConfig }),
    ...(tier === undefined ? {} : { serviceTier: tier }),
    ...fields,
  };
}
