// Every operation of the Platform API. The Express routes, the OpenAPI document, the documentation and the tests go through this list.
import { listAiLlms, listAvailableAiLlms } from './ai-llm/list.ts';
import type { Operation } from './operation.ts';
import type { PlatformServices } from './services.ts';
import { V1_OPERATIONS } from './stats/v1-routes.ts';
import { V2_OPERATIONS } from './stats/v2-routes.ts';

export const OPERATIONS: readonly Operation<PlatformServices>[] = [listAiLlms, listAvailableAiLlms, ...V1_OPERATIONS, ...V2_OPERATIONS];
