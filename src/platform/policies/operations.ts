// The routes under /policy.
import type { Operation } from '../operation.ts';
import { recommendPolicies, validatePolicies } from './advice.ts';
import { FINDINGS } from './findings.ts';
import { getPolicy, listPolicies } from './read.ts';
import type { PolicyServices } from './services.ts';
import { createPolicy, deletePolicy, updatePolicy } from './write.ts';

export const POLICY_OPERATIONS: readonly Operation<PolicyServices>[] = [
  createPolicy,
  listPolicies,
  getPolicy,
  updatePolicy,
  deletePolicy,
  ...FINDINGS,
  validatePolicies,
  recommendPolicies,
];
