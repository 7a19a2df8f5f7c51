// The policies that are measured: one with every detector that runs over requests and answers, and one for a judge.
import { DETECTOR_IDS } from '../../src/policy/detectors/index.ts';
import type { DetectorUse, SnapshotPolicy } from '../../src/snapshot/snapshot.ts';

/** `secret` stands for all of its kinds; a pattern is an author's own, and costs what it costs. */
const isOne = (id: string): boolean => !id.startsWith('secret.') && id !== 'pattern';
const useOf = (id: string): DetectorUse => (id === 'keyword' ? { id, keywords: ['bluefinch', 'project nightjar', 'acme'] } : { id });

export const NO_DATA: SnapshotPolicy = {
  generation: 1,
  namespace: 'bench',
  name: 'no-data',
  scope: 'Workspace',
  content: 'No personal data, secrets or names of projects.',
  riskType: 'High',
  action: 'Block',
  phases: ['Request', 'Response'],
  detectors: DETECTOR_IDS.filter(isOne).map(useOf),
  failureMode: 'Closed',
  onUnscannable: 'Allow',
  streaming: 'Gate',
  timeout: 3000,
};

export const NO_ADVICE: SnapshotPolicy = { ...NO_DATA, name: 'no-advice', content: 'Never give legal advice.', detectors: [], judge: { llm: 'bench/judge', model: 'judge-1' } };

/** An author's own expressions, of the kind that an engine of linear time takes longest for. */
const SLOW = ['.{0,200}z{9}', '(\\w{1,100} ){1,10}qq', '(\\w+\\s+){1,30}zebra'];
export const NO_ZEBRAS: SnapshotPolicy = { ...NO_DATA, name: 'no-zebras', content: 'No zebras.', detectors: SLOW.map((pattern) => ({ id: 'pattern', pattern })) };
