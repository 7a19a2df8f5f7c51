// Every operation of the Platform API. The Express routes, the OpenAPI document, the documentation and the tests go through this list.
import { listAiLlms, listAvailableAiLlms } from './ai-llm/list.ts';
import { aiLlmStats } from './ai-llm/stats.ts';
import { validateAiLlm } from './ai-llm/validate.ts';
import { createAiLlm, deleteAiLlm, updateAiLlm } from './ai-llm/write.ts';
import { listSystemEvents } from './audit/system-events.ts';
import { CONVERSATION_OPERATIONS } from './conversations/operations.ts';
import { listModels } from './models/list.ts';
import type { Operation } from './operation.ts';
import { POLICY_OPERATIONS } from './policies/operations.ts';
import { createRepoKey, deleteRepoKey, listRepoKeys, renameRepoKey } from './repo-keys/operations.ts';
import { listRepos, validateNewRepo, validateRepo } from './repo/read.ts';
import { createRepo, deleteRepo, updateRepo } from './repo/write.ts';
import type { PlatformServices } from './services.ts';
import { V1_OPERATIONS } from './stats/v1-routes.ts';
import { V2_OPERATIONS } from './stats/v2-routes.ts';

export const OPERATIONS: readonly Operation<PlatformServices>[] = [
  createAiLlm,
  listAiLlms,
  listAvailableAiLlms,
  aiLlmStats,
  updateAiLlm,
  deleteAiLlm,
  validateAiLlm,
  createRepo,
  listRepos,
  updateRepo,
  deleteRepo,
  validateNewRepo,
  validateRepo,
  createRepoKey,
  listRepoKeys,
  renameRepoKey,
  deleteRepoKey,
  listModels,
  ...POLICY_OPERATIONS,
  ...V1_OPERATIONS,
  ...V2_OPERATIONS,
  ...CONVERSATION_OPERATIONS,
  listSystemEvents,
];
