// A whole answer as a response object.
import type { ChatAnswer } from '../../chat/answer.ts';
import type { AnswerHead } from '../../chat/dialect.ts';
import { unfoldAnswer } from '../../chat/fold.ts';
import { Output } from './output.ts';
import { stateOf, writeResponse } from './response.ts';

export function writeAnswer(answer: ChatAnswer, head: AnswerHead): object {
  const output = new Output(head);
  const events = unfoldAnswer(answer);
  // Known from the start, they find their text also where calls follow it.
  for (const event of events) if (event.type === 'logprobs') output.apply(event);
  for (const event of events) if (event.type !== 'logprobs') output.apply(event);
  const state = stateOf(answer.choices[0]?.finish ?? 'stop', output.hasRefusal);
  output.close(state.status === 'completed' ? 'completed' : 'incomplete');
  const { usage, serviceTier } = answer;
  return writeResponse(head, { id: `resp_${head.newId()}`, state, output: output.items, usage, serviceTier });
}
