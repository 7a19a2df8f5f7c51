// Every operation of the Platform API. The Express routes, the OpenAPI document, the documentation and the tests go through this list.
import { listAiLlms, listAvailableAiLlms } from './ai-llm/list.ts';
import type { Operation } from './operation.ts';
import type { PlatformServices } from './services.ts';

export const OPERATIONS: readonly Operation<PlatformServices>[] = [listAiLlms, listAvailableAiLlms];
