// A request to Anthropic's Messages API.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatRequest } from '../../chat/request.ts';
import { traitsOf } from './models.ts';
import { writeConversation } from './write-messages.ts';
import { loseTheRest, writeCaller, writeOutput, writeSampling, writeStop } from './write-options.ts';
import { writeThinking } from './write-thinking.ts';
import { writeTools } from './write-tools.ts';

export function writeRequest(request: ChatRequest, context: WriteContext): Record<string, unknown> {
  const { options } = request;
  const traits = traitsOf(request.model);
  const { system, messages } = writeConversation(request.messages, traits.midSystem, context.losses);
  const { maxTokens, thinking, effort } = writeThinking(request, traits, messages, context);
  const isThinking = thinking !== undefined && thinking['type'] !== 'disabled';
  const { format, instruction } = writeOutput(options.output, traits, context);
  const outputConfig = { ...(effort === undefined ? {} : { effort }), ...(format === undefined ? {} : { format }) };
  const prompt = instruction === undefined ? system : [...system, { type: 'text', text: instruction }];
  loseTheRest(options, context);
  return {
    ...(options.own?.dialect === 'anthropic' ? options.own.fields : {}),
    model: request.model,
    max_tokens: maxTokens,
    ...(prompt.length === 0 ? {} : { system: prompt }),
    messages,
    ...writeTools(request, traits.structuredOutputs, context),
    ...(thinking === undefined ? {} : { thinking }),
    ...(Object.keys(outputConfig).length === 0 ? {} : { output_config: outputConfig }),
    ...writeSampling(options, traits, isThinking, context),
    ...writeStop(options, context),
    ...writeCaller(options, context),
    ...(request.stream ? { stream: true } : {}),
  };
}
