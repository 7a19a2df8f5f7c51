// Which model judges for a policy: the one that it names, or that of the operator. Pure.
import { keyOf, type AILLMConfig, type AIPolicy } from '../api/resources.ts';
import type { ConditionDraft } from '../api/conditions.ts';
import type { SnapshotJudge } from '../snapshot/snapshot.ts';
import { siblingKey } from './world.ts';

/** `llm`: namespace/name of the AILLMConfig. */
export type JudgeModel = Required<SnapshotJudge>;

type Problem = Pick<ConditionDraft, 'reason' | 'message'>;

/** Undefined: none is configured. */
export function judgeFor({ metadata, spec }: AIPolicy, standard: JudgeModel | undefined): JudgeModel | undefined {
  if (spec.judge === undefined) return standard;
  return { llm: siblingKey(keyOf(metadata), spec.judge.llmRef.name), model: spec.judge.model };
}

/** What a gateway is told: an empty object where a judge is needed and there is none. */
export function judgeInSnapshot(needsJudge: boolean, judge: JudgeModel | undefined): SnapshotJudge | undefined {
  return needsJudge ? (judge ?? {}) : undefined;
}

/** What keeps the judge from being asked; undefined where nothing does. */
export function judgeProblem({ llm, model }: JudgeModel, config: AILLMConfig | undefined, isServed: boolean): Problem | undefined {
  if (config === undefined) return { reason: 'LLMNotFound', message: `the judge ${model} cannot be asked: there is no AILLMConfig ${llm}` };
  if (!isServed) return { reason: 'LLMNotReady', message: `the judge ${model} cannot be asked: the AILLMConfig ${llm} is not ready` };
  return undefined;
}

export const JUDGE_MISSING: Problem = {
  reason: 'JudgeMissing',
  message:
    'the rule needs a judge, and none is configured: set spec.judge to a connection and a model, start the operator with --default-judge-llm and ' +
    '--default-judge-model, or set spec.engine: Detectors where detectors are enough',
};

const LLM = /^[a-z0-9][-a-z0-9]*\/[a-z0-9][-.a-z0-9]*$/;

/** The judge that an operator is started with. Throws RangeError with a sentence for whoever started it. */
export function parseJudge(llm: string | undefined, model: string | undefined): JudgeModel | undefined {
  if (llm === undefined && model === undefined) return undefined;
  if (llm === undefined || model === undefined) throw new RangeError('--default-judge-llm and --default-judge-model belong together: give both or none');
  if (!LLM.test(llm)) throw new RangeError(`--default-judge-llm must be NAMESPACE/NAME of an AILLMConfig, not "${llm}"`);
  if (model.trim() === '') throw new RangeError('--default-judge-model is empty; name the model as its provider does');
  return { llm, model };
}
