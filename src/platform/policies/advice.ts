// /policy/validate and /policy/recommend: advice on rules, by the same code as `flashback policy advise`. No model is asked, and no object
// read; but reading a rule takes a good deal of the processor, so it is for those who have to do with policies, and in another thread.
import type { Issue } from '../../policy/advise/advise.ts';
import { ApiError, type Access, type Limits, type Operation, type Schema } from '../operation.ts';
import type { PlatformServices } from '../services.ts';

const STRING: Schema = { type: 'string' };

/** What clients know of kinds of trouble: fewer than there are. */
const ISSUE_TYPES = {
  ambiguity: 'ambiguity',
  scope: 'scope',
  actionability: 'actionability',
  length: 'verbosity',
  contradiction: 'clarity',
  exception: 'clarity',
  language: 'clarity',
} as const satisfies Record<Issue['type'], string>;

const RESULT: Schema = {
  type: 'object',
  required: ['policy_uuid', 'score', 'advice', 'issues', 'severity'],
  properties: {
    policy_uuid: STRING,
    score: { type: 'number', minimum: 0, maximum: 100 },
    advice: STRING,
    issues: {
      type: 'array',
      items: {
        type: 'object',
        required: ['type', 'description', 'suggestion'],
        properties: { type: { type: 'string', enum: [...new Set(Object.values(ISSUE_TYPES))] }, description: STRING, suggestion: STRING },
      },
    },
    severity: { type: 'string', enum: ['none', 'low', 'medium', 'high'] },
  },
};

interface ToValidate {
  policies: { policy_uuid: string; content: string }[];
}

/** Characters of all rules of a call. */
const MOST_TEXT = 16 * 1024;
const RIGHTS = 'list on aipolicies, in any namespace';
const BUSY = 'others have rules read just now; or this operator does not lead, or the API server is away';
const ERRORS = { 400: 'the body is not valid, or its rules cannot be read in ten seconds', 403: 'no right to list policies anywhere', 503: BUSY } as const;
const LIMITS: Limits = { atOnce: { perCaller: 1, inAll: 2 }, rate: { burst: 20, perMinute: 60 } };

async function demandReader(access: Access): Promise<void> {
  const visible = await access.namespaces('list', 'aipolicies');
  if (visible === 'all' || visible.length > 0) return;
  throw new ApiError(403, 'advice is for those who may list aipolicies.ai.flashback.tech somewhere; RBAC of Kubernetes has to grant it');
}

export const validatePolicies: Operation<PlatformServices, never, never, ToValidate> = {
  id: 'validatePolicies',
  method: 'post',
  path: '/policy/validate',
  tag: 'Policies',
  summary: 'Says how clear rules are, and what is wrong with them: of 16,384 characters together at most.',
  rights: RIGHTS,
  limits: LIMITS,
  body: {
    type: 'object',
    required: ['policies'],
    properties: {
      policies: {
        type: 'array',
        minItems: 1,
        maxItems: 50,
        items: {
          type: 'object',
          required: ['policy_uuid', 'content'],
          properties: { policy_uuid: { type: 'string', maxLength: 256 }, content: { type: 'string', minLength: 1, maxLength: 8192 } },
        },
      },
    },
  },
  answer: { type: 'object', required: ['results'], properties: { results: { type: 'array', items: RESULT } } },
  errors: ERRORS,
  async handle({ body: { policies }, access }, { advisor }) {
    await demandReader(access);
    const length = policies.reduce((sum, { content }) => sum + content.length, 0);
    if (length > MOST_TEXT)
      throw new ApiError(
        400,
        `policies: their contents must have at most ${MOST_TEXT} characters together, not ${length}; send fewer at a time`,
      );
    const advices = await advisor.advise(policies.map(({ content }) => content));
    const results = advices.map(({ score, advice, issues, severity }, at) => {
      const told = issues.map(({ type, description, suggestion }) => ({ type: ISSUE_TYPES[type], description, suggestion }));
      return { policy_uuid: policies[at]?.policy_uuid, score, advice, issues: told, severity };
    });
    return { results };
  },
};

interface ToRecommend {
  level: 0 | 1 | 2;
  uuid?: string | null;
  prompt: string;
}

export const recommendPolicies: Operation<PlatformServices, never, never, ToRecommend> = {
  id: 'recommendPolicies',
  method: 'post',
  path: '/policy/recommend',
  tag: 'Policies',
  summary: 'Proposes rules for what a text describes; none where nothing in it is understood.',
  rights: RIGHTS,
  limits: LIMITS,
  body: {
    type: 'object',
    required: ['level', 'prompt'],
    properties: {
      level: { type: 'integer', enum: [0, 1, 2], description: '0: organization, 1: workspace, 2: repository.' },
      uuid: { type: ['string', 'null'], maxLength: 256, description: 'Of what the level names; the answer repeats it.' },
      prompt: { type: 'string', minLength: 1, maxLength: 8192, description: 'What has to be kept in or out, in natural language.' },
    },
  },
  answer: {
    type: 'object',
    required: ['level', 'uuid', 'tokens_in', 'tokens_out', 'recommended_policies'],
    properties: {
      level: { type: 'integer' },
      uuid: STRING,
      tokens_in: { type: 'integer' },
      tokens_out: { type: 'integer' },
      recommended_policies: {
        type: 'array',
        items: {
          type: 'object',
          required: ['content', 'riskType', 'alertType'],
          properties: {
            content: STRING,
            riskType: { type: 'string', enum: ['low', 'medium', 'high'] },
            alertType: { type: 'string', enum: ['log', 'alert', 'block'] },
          },
        },
      },
    },
  },
  errors: ERRORS,
  async handle({ body: { level, uuid, prompt }, access }, { advisor }) {
    await demandReader(access);
    const rules = (await advisor.recommend(prompt)).map(({ content, risk, action }) => ({
      content,
      riskType: risk.toLowerCase(),
      alertType: action.toLowerCase(),
    }));
    // No model was asked, so there are no tokens.
    return { level, uuid: uuid ?? '', tokens_in: 0, tokens_out: 0, recommended_policies: rules };
  },
};
