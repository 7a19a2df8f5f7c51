// A whole answer of generateContent.
import type { ChatAnswer } from '../../chat/answer.ts';
import { foldEvents } from '../../chat/fold.ts';
import { isObject } from '../../chat/json.ts';
import { AnswerReader } from './answer-reader.ts';
import { asObject, asString, type JsonObject } from './json.ts';
import { readTier } from './tier.ts';

/** What is in every answer, even in one that says nothing. */
const MARKS = ['candidates', 'promptFeedback', 'usageMetadata', 'responseId', 'modelVersion'];

const isAnswer = (json: unknown): json is JsonObject =>
  isObject(json) && !isObject(json['error']) && MARKS.some((name) => Object.hasOwn(json, name));

/** Also of one that came as the list of its pieces, which is a stream without `alt=sse`. */
export function readAnswer(json: unknown): ChatAnswer {
  const pieces: unknown[] = Array.isArray(json) ? json : [json];
  if (pieces.length === 0 || !pieces.every(isAnswer)) throw new Error('the answer has neither candidates nor promptFeedback');
  const reader = new AnswerReader();
  const answer = foldEvents([...pieces.flatMap((piece) => reader.read(piece)), ...reader.end().events]);
  // Candidates may come under indices of their own choice.
  answer.choices = answer.choices.filter((choice) => choice !== undefined);
  if (answer.choices.length === 0) answer.choices.push({ content: [], finish: 'error' });
  const serviceTier = readTier(asString(asObject(pieces.at(-1)?.['usageMetadata'])['serviceTier']));
  return serviceTier === undefined ? answer : { ...answer, serviceTier };
}
