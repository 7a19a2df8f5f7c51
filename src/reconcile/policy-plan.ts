// From the words of an AIPolicy to what gateways evaluate: detectors, whether somebody has to judge, and all that in words. Pure. What
// cannot be compiled still becomes a plan, one that every gateway fails on: a policy that blocks must not pass in silence.
import { parseDuration } from '../api/duration.ts';
import type { AIPolicy } from '../api/resources.ts';
import { defaultFailureMode } from '../policy/decide.ts';
import { detectorOf } from '../policy/detectors/index.ts';
import type { DetectorUse, SnapshotJudge, SnapshotPolicy } from '../snapshot/snapshot.ts';

type Spec = AIPolicy['spec'];

export interface PolicyPlan {
  detectors: DetectorUse[];
  needsJudge: boolean;
  /** The judge is asked only about what detectors have found something in. */
  judgeConfirms: boolean;
  /** What the policy is to block and only alerts, in words. */
  onlyAlerts: string[];
  /** For status.plan. */
  words: string[];
  /** Why it cannot be evaluated as it is written: names the field. */
  flaw?: string;
}

/** No gateway has such a detector: what uses it cannot be evaluated, and acts as its failure mode says. */
const UNCOMPILED: DetectorUse = { id: 'uncompiled' };

const TIMEOUT_MS = 3_000;

/** Compiles the text alone. */
export type Compile = (spec: Spec) => Omit<PolicyPlan, 'flaw'>;

/** Why gateways cannot have a detector; undefined if they can. */
function flawOf(use: DetectorUse): string | undefined {
  try {
    detectorOf(use);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'is not understood';
  }
}

/** The first of the author's own expressions that is none. */
function brokenPattern({ patterns = [] }: Spec): { use: DetectorUse; flaw: string } | undefined {
  for (const { name, pattern } of patterns) {
    const use = { id: 'pattern', pattern };
    const flaw = flawOf(use);
    if (flaw !== undefined) return { use, flaw: `spec.patterns[name=${name}].pattern ${flaw}` };
  }
  return undefined;
}

/** All that it finds is often wrong, and nobody confirms it: what it blocks by its words, it alerts. */
export const neverBlocks = ({ detectors, onlyAlerts, needsJudge }: PolicyPlan): boolean =>
  !needsJudge && onlyAlerts.length > 0 && detectors.every((use) => flawOf(use) === undefined && detectorOf(use).advisory === true);

/** Never throws. */
export function planOf(spec: Spec, compile: Compile): PolicyPlan {
  let plan: PolicyPlan;
  try {
    const { detectors, needsJudge, judgeConfirms, onlyAlerts, words } = compile(spec);
    plan = { detectors, needsJudge, judgeConfirms, onlyAlerts, words };
  } catch {
    // What went wrong may quote the rule.
    const flaw = 'the rule cannot be compiled; say it in other words';
    return { detectors: [UNCOMPILED], needsJudge: false, judgeConfirms: false, onlyAlerts: [], words: [], flaw };
  }
  const broken = brokenPattern(spec);
  // With it, every gateway knows that it does not see all that it should.
  if (broken !== undefined) return { ...plan, detectors: [...plan.detectors.filter((use) => flawOf(use) === undefined), broken.use], flaw: broken.flaw };
  const unknown = plan.detectors.flatMap((use) => flawOf(use) ?? [])[0];
  if (unknown !== undefined) return { ...plan, flaw: `the rule cannot be compiled: ${unknown}` };
  if (plan.detectors.length === 0 && !plan.needsJudge) {
    const fix = 'set spec.engine to Auto or Judge, or add spec.patterns';
    return { ...plan, detectors: [UNCOMPILED], flaw: `no detector can find what the rule is about, and spec.engine asks no judge; ${fix}` };
  }
  return plan;
}

function timeoutOf({ timeout }: Spec): number {
  try {
    return timeout === undefined ? TIMEOUT_MS : parseDuration(timeout);
  } catch {
    // A duration that came past the schema.
    return TIMEOUT_MS;
  }
}

/** The policy as gateways get it. `judge`: undefined where none is needed. */
export function snapshotPolicy(
  { metadata: { generation, namespace, name }, spec }: AIPolicy,
  { detectors, judgeConfirms }: PolicyPlan,
  judge: SnapshotJudge | undefined,
  action: SnapshotPolicy['action'],
): SnapshotPolicy {
  const { scope, content, riskType, failureMode, phases, onUnscannable, streaming, examples } = spec;
  return {
    generation,
    namespace,
    name,
    scope,
    content,
    riskType,
    action,
    phases: phases ?? ['Request', 'Response'],
    detectors,
    ...(judge === undefined ? {} : { judge }),
    ...(judge !== undefined && judgeConfirms ? { judgeConfirms } : {}),
    failureMode: failureMode ?? defaultFailureMode(spec),
    onUnscannable: onUnscannable ?? 'Fail',
    streaming: streaming ?? 'Gate',
    timeout: timeoutOf(spec),
    ...(examples === undefined ? {} : { examples: { violating: examples.violating ?? [], allowed: examples.allowed ?? [] } }),
  };
}
