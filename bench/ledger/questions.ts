// Every kind of question that the Platform API asks the ledger, over the year of the benchmark.
import { DIMENSIONS, type Dimension, type StoredLedger, type UsageQuestion, type ViolationSumsQuestion } from '../../src/ledger/ledger.ts';
import { name, nowOf, type Size } from './shape.ts';

export interface Asked {
  title: string;
  ask(ledger: StoredLedger): Promise<unknown>;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export function questionsOf(size: Size): Asked[] {
  const now = nowOf(size);
  const last = (length: number, fields: Partial<UsageQuestion> = {}): UsageQuestion => ({
    visible: 'all',
    from: now - length,
    to: now,
    groupBy: [],
    ...fields,
  });
  const usage = (title: string, question: UsageQuestion): Asked => ({ title, ask: (ledger) => ledger.usage(question) });
  const year = 365 * DAY;
  const uid = (index: number): string => `uid of Repository ${name.repository(index)}`;
  const top = { orderBy: 'tokensOut', limit: 50 } as const;
  const breakdowns = (title: string, length: number): Asked[] =>
    DIMENSIONS.filter((dimension) => dimension !== 'conversation').map((dimension: Dimension) =>
      usage(`${title} by ${dimension}, the 50 greatest`, last(length, { groupBy: [dimension], ...top })),
    );
  const sums = (title: string, fields: Partial<ViolationSumsQuestion>): Asked => ({
    title: `violations of 365 days ${title}`,
    ask: (ledger) => ledger.violationSums({ visible: 'all', from: now - year, to: now, groupBy: [], ...fields }),
  });
  const policy = [`uid of AIPolicy ${name.policy(0)}`];
  const page = Array.from({ length: 50 }, (_, index) => name.user(2 * index));
  const list = { visible: 'all', skip: 0, take: 100 } as const;
  return [
    usage('a day in buckets of 10 minutes', last(DAY, { bucket: 600_000 })),
    usage('a week in hours', last(7 * DAY, { bucket: HOUR })),
    usage('a week in buckets of 10 minutes', last(7 * DAY, { bucket: 600_000 })),
    usage('30 days in buckets of 6 hours', last(30 * DAY, { bucket: 6 * HOUR })),
    usage('90 days in days', last(90 * DAY, { bucket: DAY })),
    usage('365 days in days', last(year, { bucket: DAY })),
    usage('365 days in days, 3 workspaces visible', last(year, { bucket: DAY, visible: [0, 1, 2].map(name.workspace) })),
    usage('365 days in days, one model', last(year, { bucket: DAY, filter: { model: [name.model(3)] } })),
    usage('365 days in days, one user', last(year, { bucket: DAY, filter: { user: [name.user(7)] } })),
    usage('all time by connection', { visible: 'all', from: 0, to: now, groupBy: ['llm'] }),
    ...breakdowns('a week', 7 * DAY),
    ...breakdowns('365 days', year),
    usage('a week in hours by model', last(7 * DAY, { bucket: HOUR, groupBy: ['model'] })),
    usage(
      '365 days in days by repository, of 10 repositories',
      last(year, { bucket: DAY, groupBy: ['repository'], filter: { repository: Array.from({ length: 10 }, (_, index) => uid(index)) } }),
    ),
    usage('365 days in days by repository, the first 1000 rows', last(year, { bucket: DAY, groupBy: ['repository'], limit: 1000 })),
    usage(
      '365 days, one of a key, a connection or a repository',
      last(year, { bucket: DAY, anyOf: { key: [name.key(1)], llm: [`uid of AILLMConfig ${name.llm(2)}`], repository: [uid(3)] } }),
    ),
    usage(
      '365 days of one conversation, by everything',
      last(year, { bucket: DAY, groupBy: DIMENSIONS, filter: { conversation: ['conversation-4711'] } }),
    ),
    usage('an hour in minutes by everything', last(HOUR, { bucket: 60_000, groupBy: DIMENSIONS })),
    usage('a day in minutes by everything, the first 1000 rows', last(DAY, { bucket: 60_000, groupBy: DIMENSIONS, limit: 1000 })),
    usage('a week in days by everything, the first 1000 rows', last(7 * DAY, { bucket: DAY, groupBy: DIMENSIONS, limit: 1000 })),
    { title: 'how many users in 365 days', ask: (ledger) => ledger.countUsage(last(year, { groupBy: ['user'] })) },
    { title: 'how many repositories in 365 days', ask: (ledger) => ledger.countUsage(last(year, { groupBy: ['repository'] })) },
    { title: 'a page of violations, and how many', ask: (ledger) => ledger.violations(list) },
    { title: 'the same of one workspace', ask: (ledger) => ledger.violations({ ...list, visible: [name.workspace(0)] }) },
    { title: 'a page of alerts, and how many', ask: (ledger) => ledger.alerts(list) },
    sums('by policy', { groupBy: ['policy'] }),
    sums('in days by policy', { groupBy: ['policy'], bucket: DAY }),
    sums('by policy, 3 workspaces visible', { groupBy: ['policy'], visible: [0, 1, 2].map(name.workspace) }),
    sums('by policy, one key', { groupBy: ['policy'], filter: { key: [name.key(1)] } }),
    sums('in days, one policy', { bucket: DAY, groupBy: ['policy'], filter: { policy } }),
    sums('by user, one policy', { groupBy: ['policy', 'user'], filter: { policy } }),
    sums('in days by user, one policy, of 50 users', { groupBy: ['policy', 'user'], bucket: DAY, filter: { policy, user: page } }),
  ];
}
