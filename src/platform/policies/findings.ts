// What policies found, page by page: violations, and those of them that told somebody.
import type { AlertRow, ViolationQuestion, ViolationRow, Visible } from '../../ledger/ledger.ts';
import type { Objects, Operation, Schema, Services } from '../operation.ts';
import { parseRange } from '../stats/window.ts';
import { namedBy } from '../stats/visible.ts';
import { aiTypeOf, displayNameOf, done, providerOf, SKIP } from '../wire.ts';
import { RISK_NAMES, riskNameOf, RISKS, type RiskName } from './dto.ts';

interface AlertQuery {
  workspaceId?: string;
  repoId?: string;
  policyId?: string;
  from?: string;
  to?: string;
  skip: number;
  take: number;
  llmType?: string[];
  llmModel?: string[];
  host?: string[];
}
interface ViolationQuery extends AlertQuery {
  severity?: RiskName[];
  block?: boolean;
}

const text = (description: string): Schema => ({ type: 'string', maxLength: 256, description });
const texts = (description: string): Schema => ({ type: 'array', items: { type: 'string', maxLength: 256 }, maxItems: 100, description });

const PAGE = {
  skip: { ...SKIP, default: 0 },
  take: { type: 'integer', minimum: 1, maximum: 100, default: 50, description: 'Rows at most.' },
} as const satisfies Record<string, Schema>;

const ALERT_QUERY = {
  workspaceId: text('Of repositories of this workspace.'),
  repoId: text('Id of a repository.'),
  from: text('Not before, in ISO 8601.'),
  to: text('Before, in ISO 8601; a date without a time is that whole day.'),
  ...PAGE,
  llmType: texts('Types of the providers that were asked.'),
  llmModel: texts('Models that were asked.'),
  host: texts('Names of gateway pods.'),
} as const satisfies Record<string, Schema>;
const VIOLATION_QUERY = {
  ...ALERT_QUERY,
  severity: {
    type: 'array',
    items: { type: 'string', enum: RISK_NAMES },
    maxItems: 3,
    description: 'How severe it was: the risk that the policy had then.',
  },
  block: { type: 'boolean', description: 'Whether it was blocked.' },
} as const satisfies Record<string, Schema>;
const POLICY_ID = text('Id of a policy, also of one that is deleted.');

const STRING: Schema = { type: 'string' };
const COMMON = {
  id: STRING,
  policyId: STRING,
  policyName: STRING,
  timestamp: { type: 'string', format: 'date-time' },
  conversationId: { type: ['string', 'null'] },
  repoId: STRING,
  repoName: STRING,
  userId: STRING,
  userName: STRING,
  repoAiApiKeyId: STRING,
  repoAiApiKeyName: STRING,
  llmType: STRING,
  llmModel: STRING,
  host: STRING,
} as const satisfies Record<string, Schema>;
const rowSchema = (properties: Record<string, Schema>): Schema => ({ type: 'object', required: Object.keys(properties), properties });
const VIOLATION = rowSchema({
  ...COMMON,
  explanation: STRING,
  severity: { type: ['string', 'null'], enum: [...RISK_NAMES, null] },
  block: { type: 'boolean' },
});
const ALERT = rowSchema({ ...COMMON, message: STRING });

/** What violations and alerts have in common. Names are those of now; of what is gone, those that the ledger kept. */
function commonOf(row: Omit<ViolationRow, 'severity' | 'explanation'>, objects: Objects): Record<string, unknown> {
  const policy = objects.byUid('AIPolicy', row.policy.uid);
  const repository = objects.byUid('Repository', row.repository.uid);
  return {
    id: row.id,
    policyId: row.policy.uid,
    policyName: policy === undefined ? row.policy.name : displayNameOf(policy),
    timestamp: new Date(row.at).toISOString(),
    conversationId: row.conversation === '' ? null : row.conversation,
    repoId: row.repository.uid,
    repoName: repository === undefined ? row.repository.name : displayNameOf(repository),
    userId: row.user,
    userName: row.user,
    repoAiApiKeyId: row.key,
    repoAiApiKeyName: repository?.status?.keys?.find(({ id }) => id === row.key)?.name ?? '',
    llmType: aiTypeOf(row.provider) ?? '',
    llmModel: row.model,
    host: row.host,
  };
}

export function violationDto(row: ViolationRow, objects: Objects): object {
  const severity = row.severity === undefined ? null : riskNameOf(row.severity);
  return { ...commonOf(row, objects), explanation: row.explanation, severity, block: row.action === 'Block' };
}

export function alertDto(row: AlertRow, objects: Objects): object {
  return { ...commonOf(row, objects), message: row.message };
}

/** @throws ApiError 400 for dates and types that are none. */
function questionOf(query: ViolationQuery, visible: Visible): ViolationQuestion {
  const { repoId, policyId, skip, take, llmType, llmModel, host, severity, block } = query;
  return {
    visible,
    ...parseRange({ from: 'from', to: 'to' }, query.from, query.to),
    ...(repoId === undefined ? {} : { repository: repoId }),
    ...(policyId === undefined ? {} : { policy: policyId }),
    ...(llmType === undefined ? {} : { provider: llmType.map((type) => providerOf('llmType', type)) }),
    ...(llmModel === undefined ? {} : { model: llmModel }),
    ...(host === undefined ? {} : { host }),
    ...(severity === undefined ? {} : { severity: severity.map((name) => RISKS[name]) }),
    ...(block === undefined ? {} : { block }),
    skip,
    take,
  };
}

interface Finding {
  id: string;
  path: string;
  what: 'violations' | 'alerts';
}

const SUMMARIES = {
  violations: 'What policies found, the latest first',
  alerts: 'Violations that told somebody, the latest first',
} as const;

function findings({ id, path, what }: Finding): Operation<Services, { policyId?: string }, ViolationQuery> {
  const ofOne = path.includes('{policyId}');
  const row = what === 'violations' ? VIOLATION : ALERT;
  const page = { [what]: { type: 'array', items: row }, total: { type: 'integer' }, skip: { type: 'integer' }, take: { type: 'integer' } };
  return {
    id,
    method: 'get',
    path,
    tag: 'Policies',
    summary: `${SUMMARIES[what]}${ofOne ? ', of one policy; also of one that is deleted' : ''}.`,
    rights: 'list on aipolicies in the workspace of the repository; rows of others are left out',
    query: { ...(what === 'violations' ? VIOLATION_QUERY : ALERT_QUERY), ...(ofOne ? {} : { policyId: POLICY_ID }) },
    answer: done(page, Object.keys(page)),
    errors: { 400: 'a parameter is not valid' },
    async handle({ params, query, access }, { objects, ledger }) {
      const { skip, take } = query;
      const asked = ofOne && params.policyId !== undefined ? { ...query, policyId: params.policyId } : query;
      const question = questionOf(asked, await access.namespaces('list', 'aipolicies', namedBy(query.workspaceId, objects)));
      if (question.visible !== 'all' && question.visible.length === 0) return { success: true, [what]: [], total: 0, skip, take };
      if (what === 'alerts') {
        const { rows, total } = await ledger.alerts(question);
        return { success: true, alerts: rows.map((one) => alertDto(one, objects)), total, skip, take };
      }
      const { rows, total } = await ledger.violations(question);
      return { success: true, violations: rows.map((one) => violationDto(one, objects)), total, skip, take };
    },
  };
}

export const FINDINGS: readonly Operation<Services>[] = [
  findings({ id: 'listViolations', path: '/policy/violations', what: 'violations' }),
  findings({ id: 'listAlerts', path: '/policy/alerts', what: 'alerts' }),
  findings({ id: 'listPolicyViolations', path: '/policy/{policyId}/violations', what: 'violations' }),
  findings({ id: 'listPolicyAlerts', path: '/policy/{policyId}/alerts', what: 'alerts' }),
];
