// The thread of advisor.ts: reads rules, which holds whatever else would run beside it.
import { parentPort } from 'node:worker_threads';
import { advise } from '../../policy/advise/advise.ts';
import { recommend } from '../../policy/advise/recommend.ts';
import type { AdviceAnswer, AdviceQuestion } from './advisor.ts';

parentPort?.on('message', ({ number, kind, texts }: AdviceQuestion) => {
  const results = kind === 'advise' ? texts.map((text) => advise(text)) : texts.flatMap(recommend);
  const answer: AdviceAnswer = { number, results };
  parentPort?.postMessage(answer);
});
