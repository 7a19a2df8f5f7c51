// /aistats/daily and /aistats/minute: one row per bucket and everything that use is told apart by.
import { DIMENSIONS, type UsageQuestion, type UsageRow } from '../../ledger/ledger.ts';
import { ApiError, type Operation, type Services } from '../operation.ts';
import { AI_TYPES, aiTypeOf, providerOf } from '../wire.ts';
import { meanLatency } from './points.ts';
import { DIGITS, list, NUMBER, object, SUCCESS, TEXT, text, texts } from './schemas.ts';
import { isNobody } from './visible.ts';
import { parseRange } from './window.ts';

interface DetailQuery {
  startDate?: string;
  endDate?: string;
  repoId?: string[];
  aiLlmId?: string[];
  repoAiApiKeyId?: string[];
  hosts?: string[];
  llmType?: string[];
  llmModel?: string[];
  userUuid?: string[];
  conversationUuid?: string[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** More rows make an answer of dozens of megabytes. */
export const MAX_ROWS = 50_000;

const QUERY = {
  startDate: text('Rows from here on, in ISO 8601; without it the last 30 days, or the last hour of minutes.'),
  endDate: text('Rows before this, in ISO 8601, where a date without a time is that whole day; without it until now.'),
  repoId: texts('Ids of repositories. Of repoId, aiLlmId and repoAiApiKeyId one has to hold.'),
  aiLlmId: texts('Ids of AI LLM configurations.'),
  repoAiApiKeyId: texts('Ids of keys of repositories.'),
  hosts: texts('Names of gateway pods.'),
  llmType: texts(`Types of providers: ${Object.keys(AI_TYPES).join(', ')}.`),
  llmModel: texts('Names of models.'),
  userUuid: texts('Users, as applications name them in their metadata.'),
  conversationUuid: texts('Conversations, as applications name them in their metadata.'),
} as const;

const COUNTS = [
  'activeConversations',
  'apiCalls',
  'policyViolations',
  'numAlerts',
  'numBlocks',
  'numSeverityLow',
  'numSeverityMedium',
  'numSeverityHigh',
  'latency_ms',
];
const NAMES = ['repoId', 'aiLlmId', 'repoAiApiKeyId', 'llmType', 'llmModel', 'host', 'userUuid', 'conversationUuid'];
const TOKENS = ['tokensIn', 'tokensOut', 'llmTokensIn', 'llmTokensOut'];

const ROW = object({
  timestamp: NUMBER,
  ...Object.fromEntries(NAMES.map((name) => [name, TEXT])),
  ...Object.fromEntries(TOKENS.map((name) => [name, DIGITS])),
  ...Object.fromEntries(COUNTS.map((name) => [name, NUMBER])),
});

function rowOf({ at, dimensions, amounts, conversations }: UsageRow): object {
  return {
    timestamp: at,
    repoId: dimensions.repository ?? '',
    aiLlmId: dimensions.llm ?? '',
    repoAiApiKeyId: dimensions.key ?? '',
    tokensIn: String(amounts.tokensIn),
    tokensOut: String(amounts.tokensOut),
    llmTokensIn: String(amounts.policyTokensIn),
    llmTokensOut: String(amounts.policyTokensOut),
    activeConversations: conversations,
    apiCalls: amounts.requests,
    policyViolations: amounts.violations,
    numAlerts: amounts.alerts,
    numBlocks: amounts.blocks,
    numSeverityLow: amounts.severityLow,
    numSeverityMedium: amounts.severityMedium,
    numSeverityHigh: amounts.severityHigh,
    latency_ms: meanLatency(amounts),
    llmType: aiTypeOf(dimensions.provider ?? '') ?? '',
    llmModel: dimensions.model ?? '',
    host: dimensions.host ?? '',
    userUuid: dimensions.user ?? '',
    conversationUuid: dimensions.conversation ?? '',
  };
}

/** Leaves out what is absent: no filter, not one that nothing passes. */
function present<T extends object>(filters: T): Partial<{ [K in keyof T]: NonNullable<T[K]> }> {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as Partial<{
    [K in keyof T]: NonNullable<T[K]>;
  }>;
}

function questionOf(query: DetailQuery, bucket: number, usual: number, now: number): Omit<UsageQuestion, 'visible'> {
  const { from, to } = parseRange({ from: 'startDate', to: 'endDate' }, query.startDate, query.endDate);
  // Whole buckets, so that no row tells less than its bucket had.
  const end = Math.ceil((to ?? now + 1) / bucket) * bucket;
  const start = from === undefined ? end - usual : Math.floor(from / bucket) * bucket;
  return {
    from: start,
    to: end,
    bucket,
    groupBy: DIMENSIONS,
    anyOf: present({ repository: query.repoId, llm: query.aiLlmId, key: query.repoAiApiKeyId }),
    filter: present({
      host: query.hosts,
      provider: query.llmType?.map((type) => providerOf('llmType', type)),
      model: query.llmModel,
      user: query.userUuid,
      conversation: query.conversationUuid,
    }),
    limit: MAX_ROWS + 1,
  };
}

function detail(id: string, path: string, summary: string, bucket: number, usual: number): Operation<Services, never, DetailQuery> {
  return {
    id,
    method: 'get',
    path,
    tag: 'Statistics',
    summary,
    rights: 'list on repositories; rows of other namespaces are left out',
    query: QUERY,
    answer: object({ success: SUCCESS, data: list(ROW) }),
    errors: { 400: 'a parameter is not valid, or there are too many rows' },
    async handle({ query, access }, { ledger, clock }) {
      const question = questionOf(query, bucket, usual, clock.now());
      const visible = await access.namespaces('list', 'repositories');
      const rows = isNobody(visible) ? [] : await ledger.usage({ ...question, visible });
      if (rows.length > MAX_ROWS) {
        throw new ApiError(400, `there are more than ${MAX_ROWS} rows; bring startDate and endDate closer together, or name a repoId`);
      }
      return { success: true, data: rows.map(rowOf) };
    },
  };
}

export const V1_OPERATIONS: readonly Operation<Services>[] = [
  detail('dailyAiStats', '/aistats/daily', 'Use per day, told apart by everything it can be', DAY_MS, 30 * DAY_MS),
  detail('minuteAiStats', '/aistats/minute', 'Use per minute, told apart by everything it can be', MINUTE_MS, 60 * MINUTE_MS),
];
