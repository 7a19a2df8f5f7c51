// A provider's response object as an answer.
import type { ChatAnswer } from '../../chat/answer.ts';
import { isObject } from '../../chat/json.ts';
import { field, optional, objectOf, textOf } from './fields.ts';
import { finishOf, logprobsOf, readItem } from './read-output.ts';
import { readUsage } from './usage.ts';

/** @throws Error when it is no response, or one that is still being made. */
export function readAnswer(json: unknown): ChatAnswer {
  const output = isObject(json) ? field(json, 'output') : undefined;
  if (!isObject(json) || !Array.isArray(output)) throw new Error('the answer has no output');
  const status = field(json, 'status');
  if (status === 'queued' || status === 'in_progress') throw new Error(`the answer is ${status}`);
  const items = output.map(objectOf);
  const content = items.flatMap(readItem);
  const logprobs = items.flatMap(logprobsOf);
  const has = { call: content.some(({ type }) => type === 'tool-call'), refusal: content.some(({ type }) => type === 'refusal') };
  const tier = textOf(field(json, 'service_tier'));
  return {
    id: textOf(field(json, 'id')),
    model: textOf(field(json, 'model')),
    choices: [
      { content, finish: finishOf(json, has), ...(logprobs.length === 0 ? {} : { logprobs: { content: logprobs, refusal: null } }) },
    ],
    ...optional('usage', readUsage(field(json, 'usage'))),
    ...(tier === '' ? {} : { serviceTier: tier }),
  };
}
