// What the routes of statistics are tested with: two workspaces, two repositories, applications and a conversation.
import { chatKeyId } from '../../src/platform/stats/chat-keys.ts';
import { V1_OPERATIONS } from '../../src/platform/stats/v1-routes.ts';
import { V2_OPERATIONS } from '../../src/platform/stats/v2-routes.ts';
import { used } from './memory-ledger.ts';
import { ask, NOON, stand, type Rights, type Stand } from './stand.ts';

export const OPERATIONS = [...V1_OPERATIONS, ...V2_OPERATIONS];
export const MINUTE = NOON / 60_000;
export const READ_A = { 'team-a': ['list repositories', 'list aipolicies'] };

export interface Entity {
  entityId: string;
  entityName?: string;
  totals: Record<string, number>;
  series?: Record<string, number>[];
}
export interface Answer {
  meta: Record<string, unknown>;
  summary: Record<string, number>;
  series: Record<string, number>[];
  entities: Entity[];
  data: Record<string, unknown>[];
}

export function populated(): Stand {
  const services = stand();
  const { objects, ledger } = services;
  objects.add('Repository', 'team-a', 'support', 'repo-1', { llms: [{ name: 'openai' }] });
  objects.add('Repository', 'team-b', 'sales', 'repo-2', { llms: [{ name: 'claude' }] });
  objects.add('AILLMConfig', 'team-a', 'openai', 'llm-1', { type: 'OpenAI', endpoint: 'https://api.openai.com/v1' } as never);
  objects.add('AIPolicy', 'team-a', 'no-cards', 'pol-1', {
    scope: 'Workspace',
    content: 'No card numbers.',
    riskType: 'High',
    action: 'Block',
  });
  objects.organizations['team-b'] = 'other';
  ledger.used.push(
    used({
      minute: MINUTE - 5,
      tokensIn: 100,
      tokensOut: 20,
      requests: 2,
      latency: 300,
      policyTokensIn: 7,
      conversation: 'c1',
      user: 'kim',
    }),
    used({
      minute: MINUTE - 90,
      tokensIn: 1,
      tokensOut: 1,
      requests: 1,
      latency: 50,
      violations: 1,
      alerts: 1,
      blocks: 1,
      severityHigh: 1,
      user: 'lee',
    }),
    used({ minute: MINUTE - 5, tokensIn: 10, tokensOut: 5, requests: 1, key: chatKeyId('repo-1'), conversation: 'c9', user: 'anna' }),
    used({
      minute: MINUTE - 5,
      workspace: 'team-b',
      repository: 'repo-2',
      llm: 'llm-2',
      key: 'key_2',
      provider: 'Anthropic',
      model: 'claude',
      tokensIn: 1000,
      tokensOut: 500,
      requests: 4,
    }),
  );
  return services;
}

export function question(services: Stand, id: string, query: object, rights: Rights = 'all'): Promise<Answer> {
  return ask<Answer>(OPERATIONS, id, { query, rights }, services);
}
