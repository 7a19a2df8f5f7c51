// Which model judges for a policy: the one that it names, or that of the operator. Pure.
import type { OfferedModels } from '../snapshot/model-table.ts';
import { keyOf, referredKey, type AILLMConfig, type AIPolicy } from '../api/resources.ts';
import type { ConditionDraft } from '../api/conditions.ts';
import type { SnapshotJudge } from '../snapshot/snapshot.ts';
import { listNames } from './evaluation.ts';
import type { World } from './world.ts';

/** `llm`: namespace/name of the AILLMConfig. */
export type JudgeModel = Required<SnapshotJudge>;

type Problem = Pick<ConditionDraft, 'reason' | 'message'>;

/** Undefined: none is configured. */
export function judgeFor({ metadata, spec }: AIPolicy, standard: JudgeModel | undefined): JudgeModel | undefined {
  if (spec.judge === undefined) return standard;
  return { llm: keyOf(referredKey(metadata.namespace, spec.judge.llmRef)), model: spec.judge.model };
}

/** What a gateway is told: an empty object where a judge is needed and there is none. */
export function judgeInSnapshot(needsJudge: boolean, judge: JudgeModel | undefined): SnapshotJudge | undefined {
  return needsJudge ? (judge ?? {}) : undefined;
}

/** What keeps the judge from being asked; undefined where nothing does. */
export function judgeProblem(
  { llm, model }: JudgeModel,
  config: AILLMConfig | undefined,
  { providers, withheld }: { providers: World['providers']; withheld: string | undefined },
): Problem | undefined {
  const unasked = (reason: Problem['reason'], why: string): Problem => ({ reason, message: `the judge ${model} cannot be asked: ${why}` });
  if (config === undefined) return unasked('LLMNotFound', `there is no AILLMConfig ${llm}`);
  if (!providers.has(llm)) return unasked('LLMNotReady', `the AILLMConfig ${llm} is not ready`);
  if (withheld !== undefined) return unasked('LLMNotReady', `no gateway has the AILLMConfig ${llm}, since ${withheld}; see its status`);
  return undefined;
}

/** Why the model is none that its connection is known to offer, and what to do about it. `isNamed`: by the policy itself. */
export function unknownModel({ llm, model }: JudgeModel, offered: OfferedModels, isNamed: boolean): Problem | undefined {
  if (offered === undefined || new Set(offered.values()).has(model)) return undefined;
  const field = isNamed ? 'spec.judge.model' : '--default-judge-model';
  const names = [...new Set(offered.values())].toSorted();
  const fix = names.length === 0 ? '' : `set ${field} to one of these: ${listNames(names)}; or `;
  const message = `the AILLMConfig ${llm} offers no model ${model}, so the judge may not answer: ${fix}add ${model} to spec.models of the AILLMConfig`;
  return { reason: 'ModelUnknown', message };
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
