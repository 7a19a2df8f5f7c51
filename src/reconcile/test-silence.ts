// When a run of tests has said nothing, so that it has to be repeated. Pure.
import type { TestReport } from '../policy/run-tests.ts';
import type { Failure } from '../policy/types.ts';

/** The judge has not judged, which says nothing about the rule. */
const INCONCLUSIVE: Partial<Record<Failure, string>> = {
  judge_unreachable: 'the judge could not be reached',
  judge_timeout: 'the judge did not answer within spec.timeout',
  judge_circuit_open: 'the judge could not be reached again and again',
  judge_malformed: 'the judge answered in another form than it was asked for',
  judge_refused: 'the judge refused to judge',
  judge_unfaithful: 'the judge missed a planted violation, or quoted what is not there',
};

/** Why a run has said nothing; undefined: it has. A test that failed outright says that the rule is wrong, whatever became of the others. */
export function silenceOf({ results }: TestReport): string | undefined {
  if (results.some(({ passed, failure }) => !passed && INCONCLUSIVE[failure ?? 'unscannable'] === undefined)) return undefined;
  const [silent] = results.flatMap(({ name, failure }) => {
    const why = failure === undefined ? undefined : INCONCLUSIVE[failure];
    return why === undefined ? [] : [`${why} (test ${name})`];
  });
  return silent;
}
