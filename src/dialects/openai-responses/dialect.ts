// OpenAI's Responses API, towards callers and towards providers.
import type { ProviderDialect, SurfaceDialect } from '../../chat/dialect.ts';
import type { Json } from '../../chat/json.ts';
import { writtenName, type OtherNames } from '../../chat/written-names.ts';
import { failPassed, writeError } from './error.ts';
import { readAnswer } from './read-answer.ts';
import { OPTION_NAMES, readRequest } from './read-request.ts';
import { ResponseStreamReader } from './read-stream.ts';
import { holdsForeign, withoutForeign } from './signatures.ts';
import { writeAnswer } from './write-answer.ts';
import { writeRequest } from './write-request.ts';
import { ResponseStreamWriter } from './write-stream.ts';

/** Log probabilities are asked for in either place. */
const OTHER_NAMES: OtherNames = { include: ['top_logprobs'], user: ['safety_identifier'] };

/** A result is an item of its own. */
function pathOf(name: string, body: Json): string {
  const path = name.replace(/^(input\[\d+\])\.content\[0\]\.content(?=\[)/, '$1.output');
  return writtenName(path, body, OTHER_NAMES);
}

export const openAiResponsesSurface: SurfaceDialect = {
  name: 'openai-responses',
  streamType: 'text/event-stream',
  readRequest,
  nameOf: (option) => OPTION_NAMES[option] ?? option,
  holdsForeign,
  withoutForeign,
  pathOf,
  writeAnswer,
  writeStream: (head) => new ResponseStreamWriter(head),
  failPassed,
  writeError,
};

export const openAiResponsesProvider: ProviderDialect = {
  name: 'openai-responses',
  toolNames: { legal: /^[a-zA-Z0-9_-]{1,64}$/, illegalCharacters: /[^a-zA-Z0-9_-]/g, longest: 64 },
  writeRequest,
  readAnswer,
  readStream: () => new ResponseStreamReader(),
};
