// What `flashback explain` says about a repository: which policies apply to it, from where, and what they do now. Pure: text from what
// status says, no secrets in it.
import { keyOf, type AIPolicy, type Repository } from '../api/resources.ts';
import { printableLine } from './printable.ts';
import { describeStatus } from './report.ts';

type Effective = NonNullable<NonNullable<Repository['status']>['policies']>[number];

export interface Explained {
  repository: Repository;
  /** By `namespace/name`; one that is missing could not be read. */
  policies: ReadonlyMap<string, AIPolicy>;
  /** Gateways tell what they count. */
  isServed: boolean;
}

const NAMES = 12;

function list(names: readonly string[], total = names.length): string {
  if (names.length === 0) return 'none';
  const shown = names.slice(0, NAMES).join(', ');
  return total > NAMES ? `${shown} and ${total - NAMES} more` : shown;
}

const field = (name: string, value: string): string => `   ${name.padEnd(9)} ${printableLine(value)}`;

function judgeLine({ status }: AIPolicy): string {
  if (status?.judge !== undefined) return status.judge;
  const missing = status?.conditions?.some(({ type, reason }) => type === 'Ready' && reason === 'JudgeMissing') === true;
  return missing ? 'needed, and none is configured' : 'not needed';
}

function testLine({ spec, status }: AIPolicy): string {
  const tested = status?.conditions?.find(({ type }) => type === 'Tested');
  if (tested !== undefined) return tested.message;
  return (spec.tests ?? []).length === 0 ? 'none' : 'not run yet';
}

function countLine({ status }: AIPolicy): string {
  const { counts, dryRun } = status ?? {};
  const shown = dryRun ?? counts;
  if (shown === undefined) return 'nothing yet';
  const blocked = dryRun === undefined ? `, ${counts?.blocked ?? 0} blocked` : '';
  const failed = `${shown.failures ?? 0} not evaluated`;
  return `${shown.evaluations ?? 0} evaluated, ${shown.violations ?? 0} violated it${blocked}, ${failed} since ${shown.since}`;
}

function policyLines(
  { namespace, name, scope, action, effectiveAction = action }: Effective,
  policy: AIPolicy | undefined,
  { number, isServed }: { number: number; isServed: boolean },
): string[] {
  const now = effectiveAction === action ? action : `${effectiveAction} now, although its action is ${action}`;
  const title = `${number}. ${namespace}/${name} (${scope}): ${now}`;
  if (policy === undefined) return [title, field('', 'the AIPolicy itself may not be read from here')];
  const { spec, status } = policy;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return [
    title,
    field('rule', spec.content),
    ...(status?.plan ?? ['not compiled yet']).map((words, index) => field(index === 0 ? 'plan' : '', words)),
    field('judge', judgeLine(policy)),
    field('tests', testLine(policy)),
    field('ready', ready === undefined ? 'not looked at yet' : `${ready.status} (${ready.reason}): ${ready.message}`),
    ...(isServed ? [field('counts', countLine(policy))] : []),
  ];
}

/** Lines that end with a newline. */
export function explain({ repository, policies, isServed }: Explained): string {
  const { spec, status } = repository;
  const effective = status?.policies ?? [];
  const models = (status?.models ?? []).map(({ name, llm }) => `${name} (${llm})`);
  const keys = (spec.apiKeys ?? []).map(({ name, type }) => `${name} (${type ?? 'OpenAI'})`);
  const lines = [
    printableLine(describeStatus(repository)),
    field('surfaces', list(spec.surfaces ?? ['OpenAI'])),
    field('models', list(models, Math.max(models.length, status?.modelCount ?? 0))),
    field('keys', list(keys)),
    '',
    effective.length === 0 ? 'No policy applies to it.' : 'Policies that apply to it, from the widest scope to the narrowest; they only add up:',
    ...effective.flatMap((one, index) => ['', ...policyLines(one, policies.get(keyOf(one)), { number: index + 1, isServed })]),
  ];
  return `${lines.join('\n')}\n`;
}
