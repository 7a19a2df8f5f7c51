// A request in Bedrock's Converse form. The model and whether to stream are in the path, not in the body.
import type { WriteContext } from '../../chat/dialect.ts';
import type { ChatOptions, ChatRequest } from '../../chat/request.ts';
import { tellUnknown, writeMetadata, writeOutput, writeSampling, writeTier } from './inference.ts';
import type { Json } from './json.ts';
import { DocumentNames } from './media.ts';
import { lacksThought, writeConversation, type Turn } from './messages.ts';
import { modelOf, type Model } from './model.ts';
import { NO_THINKING, writeThinking, type Thinking } from './reasoning.ts';
import { writeToolConfig } from './tools.ts';

/** Where Claude says which stop sequence it met: in a whole answer, and in a stream. */
const STOP_SEQUENCE_PATHS = ['/stop_sequence', '/delta/stop_sequence'];

/** Claude does not think when it is made to call a tool, nor when the thoughts of the turn that goes on are missing. */
function possibleThinking(options: ChatOptions, model: Model, turns: readonly Turn[], isForced: boolean): Thinking {
  const thinking = writeThinking(options, model);
  const impossible = (thinking.restricts && isForced) || (thinking.needsThought && lacksThought(turns));
  return impossible ? { ...NO_THINKING, isLoss: true } : thinking;
}

/** Without the members that have nothing to say. */
function compact(body: Json): Json {
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== undefined && Object.keys(value as object).length > 0),
  );
}

export function writeRequest({ model: id, messages, tools, options }: ChatRequest, context: WriteContext): Json {
  const model = modelOf(id);
  const { system, turns, used } = writeConversation(messages, { model, context, documents: new DocumentNames() });
  const toolConfig = writeToolConfig(tools, used, options, { model, id, context });
  const thinking = possibleThinking(options, model, turns, toolConfig?.['toolChoice'] !== undefined);
  if (thinking.isLoss) context.losses.add(context.nameOf('reasoning'));
  const sampling = writeSampling(options, model, thinking.restricts, context);
  tellUnknown(options, context);
  const output = writeOutput(options, model, id, context);
  const tellsStop = model.family === 'claude' && 'stopSequences' in sampling.config;
  return {
    messages: turns,
    ...compact({
      system: output.instruction === undefined ? system : [...system, { text: output.instruction }],
      inferenceConfig: sampling.config,
      toolConfig,
      outputConfig: output.config,
      serviceTier: writeTier(options, context),
      requestMetadata: writeMetadata(options, context),
      additionalModelRequestFields: { ...sampling.fields, ...thinking.fields },
      additionalModelResponseFieldPaths: tellsStop ? STOP_SEQUENCE_PATHS : undefined,
    }),
  };
}
