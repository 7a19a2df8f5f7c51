// A whole answer of generateContent.
import type { ChatAnswer } from '../../chat/answer.ts';
import { foldEvents } from '../../chat/fold.ts';
import { isObject } from '../../chat/json.ts';
import { AnswerReader } from './answer-reader.ts';
import { asObject, asString } from './json.ts';

/** What is in every answer, even in one that says nothing. */
const MARKS = ['candidates', 'promptFeedback', 'usageMetadata', 'responseId', 'modelVersion'];

export function readAnswer(json: unknown): ChatAnswer {
  if (!isObject(json) || isObject(json['error']) || !MARKS.some((name) => Object.hasOwn(json, name))) {
    throw new Error('the answer has neither candidates nor promptFeedback');
  }
  const reader = new AnswerReader();
  const answer = foldEvents([...reader.read(json), ...reader.end().events]);
  // Candidates may come under indices of their own choice.
  answer.choices = answer.choices.filter((choice) => choice !== undefined);
  if (answer.choices.length === 0) answer.choices.push({ content: [], finish: 'error' });
  const tier = asString(asObject(json['usageMetadata'])['serviceTier']);
  return tier === '' ? answer : { ...answer, serviceTier: tier };
}
