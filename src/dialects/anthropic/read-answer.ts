// A whole answer of Anthropic's.
import type { AnswerError, ChatAnswer } from '../../chat/answer.ts';
import { isObject, own, type Json } from '../../chat/json.ts';
import { readFinish } from './finish.ts';
import { readBlock, refusalOf } from './read-block.ts';
import { readTier, readUsage } from './usage.ts';
import { listAt, objectAt, stringAt } from './values.ts';

/** What `{type: 'error', error: {...}}` says, or undefined for anything else. */
export function readError(json: Json): AnswerError | undefined {
  const error = own(json, 'error');
  if (own(json, 'type') !== 'error' && (error === undefined || error === null)) return undefined;
  if (typeof error === 'string') return { message: error, type: null, code: null };
  const found = isObject(error) ? error : {};
  return {
    message: stringAt(found, 'message') ?? 'the provider reported an error without a message',
    type: stringAt(found, 'type') ?? null,
    code: null,
  };
}

/** @throws Error when it is no answer. */
export function readAnswer(json: unknown): ChatAnswer {
  if (!isObject(json) || !(own(json, 'type') === 'message' || Array.isArray(own(json, 'content')))) {
    throw new Error('the answer is no message: it has no list `content`');
  }
  const refused = stringAt(json, 'stop_reason') === 'refusal' ? refusalOf(objectAt(json, 'stop_details')) : undefined;
  const content = listAt(json, 'content').flatMap(readBlock);
  if (refused !== undefined) content.push({ type: 'refusal', text: refused });
  const finish = readFinish(
    stringAt(json, 'stop_reason'),
    content.some(({ type }) => type === 'tool-call'),
  );
  const stopSequence = stringAt(json, 'stop_sequence');
  const counted = objectAt(json, 'usage') ?? {};
  const usage = readUsage(counted);
  const serviceTier = readTier(stringAt(counted, 'service_tier'));
  return {
    id: stringAt(json, 'id') ?? '',
    model: stringAt(json, 'model') ?? '',
    choices: [{ content, finish, ...(stopSequence === undefined ? {} : { stopSequence }) }],
    ...(usage === undefined ? {} : { usage }),
    ...(serviceTier === undefined ? {} : { serviceTier }),
  };
}
