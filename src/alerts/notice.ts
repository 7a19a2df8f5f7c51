// What people are told: one violation, and how many more of the same policy it stands for. Never the text that matched. Pure.
import { parseKey } from '../api/resources.ts';
import type { ViolationEntry } from '../ledger/entries.ts';

export interface Notice {
  /** Of the violation that it is about: repetitions of a delivery have the same. */
  id: string;
  violation: ViolationEntry;
  /** Violations of the same policy since the notice before this one that nobody was told of. */
  folded: number;
  /** Milliseconds: for how long further ones are folded. */
  window: number;
}

const VERBS = { Block: 'blocked', Alert: 'noticed' } as const;
const SIDES = { Request: 'a request', Response: 'an answer' } as const;

/** One sentence. */
export function sentenceOf({ violation, folded }: Notice): string {
  const { policy, action, phase, repository, explanation } = violation;
  const verb = action === 'Block' ? VERBS.Block : VERBS.Alert;
  const more = folded === 0 ? '' : ` ${folded} more in the meantime.`;
  return `The policy ${policy} ${verb} ${SIDES[phase]} of the repository ${repository}: ${explanation.replace(/[.\s]+$/, '')}.${more}`;
}

/** JSON for programs: names are those of the objects, times in ISO 8601. */
export function webhookBody(notice: Notice): object {
  const { violation, folded, window } = notice;
  const { id, at, policy, phase, action, severity, explanation, repository, provider, model, key, host, user, conversation, requestId } =
    violation;
  return {
    version: 1,
    type: 'policy.violation',
    id,
    at: new Date(at).toISOString(),
    message: sentenceOf(notice),
    policy: parseKey(policy),
    action,
    phase,
    severity: severity ?? null,
    explanation,
    repository: parseKey(repository),
    provider,
    model,
    key,
    host,
    user,
    conversation,
    requestId,
    folded,
    windowSeconds: window / 1000,
  };
}

/** The three characters that Slack's own markup begins with. */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What Slack, and those that speak its form, take. */
export function slackBody(notice: Notice): object {
  const { action, severity, requestId, model } = notice.violation;
  const details = [
    `action ${action}`,
    ...(severity === undefined ? [] : [`severity ${severity}`]),
    ...(model === '' ? [] : [`model ${model}`]),
    `request ${requestId}`,
  ];
  return { text: escapeSlack(`${sentenceOf(notice)}\n${details.join(' · ')}`) };
}

/** One alert of Alertmanager's API v2. Its labels are those of the policy, so that repetitions are one alert to it as well. */
export function alertmanagerBody(notice: Notice): object[] {
  const { violation, folded, window } = notice;
  const { policy, action, severity, at, repository, requestId } = violation;
  const { namespace, name } = parseKey(policy);
  return [
    {
      labels: {
        alertname: 'FlashbackPolicyViolation',
        namespace,
        policy: name,
        action,
        ...(severity === undefined ? {} : { severity: severity.toLowerCase() }),
      },
      annotations: { summary: sentenceOf(notice), repository, request_id: requestId, folded: String(folded) },
      startsAt: new Date(at).toISOString(),
      // Over once nothing was heard for two windows.
      endsAt: new Date(at + 2 * window).toISOString(),
    },
  ];
}
