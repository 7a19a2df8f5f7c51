// Answers of the middle as answers of generateContent.
import type { ChatAnswer, Choice } from '../../chat/answer.ts';
import type { AnswerHead } from '../../chat/dialect.ts';
import { writeFinish } from './finish.ts';
import { groundingOf } from './grounding.ts';
import { defined, type JsonObject } from './json.ts';
import { writeLogprobs } from './logprobs.ts';
import { writeUsage } from './usage.ts';
import { answerPart } from './write-answer-parts.ts';

function candidateOf({ content, finish, logprobs }: Choice, index: number, head: AnswerHead): JsonObject {
  const parts: JsonObject[] = [];
  const cited: Parameters<typeof groundingOf>[0][number][] = [];
  for (const block of content) {
    const part = answerPart(block, head);
    if (part === undefined) continue;
    parts.push(part);
    cited.push({ text: block.type === 'text' ? block.text : '', citations: block.type === 'text' ? (block.citations ?? []) : [] });
  }
  return defined({
    // As Google writes it where nothing came.
    content: parts.length === 0 ? { role: 'model' } : { parts, role: 'model' },
    finishReason: writeFinish(finish),
    index,
    groundingMetadata: groundingOf(cited),
    logprobsResult: writeLogprobs(logprobs),
  });
}

export function writeAnswer({ id, choices, usage, serviceTier }: ChatAnswer, head: AnswerHead): object {
  const tier = serviceTier === undefined ? {} : { serviceTier: serviceTier === 'default' ? 'standard' : serviceTier };
  return {
    candidates: choices.map((choice, index) => candidateOf(choice, index, head)),
    ...(usage === undefined ? {} : { usageMetadata: { ...writeUsage(usage), ...tier } }),
    modelVersion: head.model,
    responseId: id || head.newId(),
  };
}
