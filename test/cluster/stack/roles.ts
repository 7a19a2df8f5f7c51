// The roles that the chart adds to Kubernetes' own, and the controller that adds them up, which does not run here.
import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import type { Kubectl } from './kubectl.ts';

const TEMPLATES = ['aggregate-roles.yaml', 'operator/aggregate-conversations.yaml'].map((name) => `helm/flashback-ai-gateway/templates/${name}`);

interface ClusterRole {
  metadata: { name: string; labels?: Record<string, string> };
  aggregationRule?: { clusterRoleSelectors: { matchLabels?: Record<string, string> }[] };
  rules: object[] | null;
}

/** The templates without what is for Helm. */
function chartRoles(): ClusterRole[] {
  return TEMPLATES.flatMap((template) => {
    const text = readFileSync(template, 'utf8')
      .replaceAll(/^ *\{\{-.*\}\}$/gm, '')
      .replaceAll(/\{\{ include "flashback.clusterName" \. \}\}/g, 'flashback');
    return loadAll(text) as ClusterRole[];
  });
}

/** Applies the chart's roles, and brings `view`, `edit` and `admin` up to date as the controller manager would. */
export async function aggregateRoles(kubectl: Kubectl): Promise<void> {
  await kubectl(
    ['apply', '-f', '-'],
    chartRoles()
      .map((role) => JSON.stringify(role))
      .join('\n'),
  );
  // Each includes what the one before it has become.
  for (const name of ['view', 'edit', 'admin']) {
    const { items } = JSON.parse(await kubectl(['get', 'clusterroles', '-o', 'json'])) as { items: ClusterRole[] };
    const selectors = items.find(({ metadata }) => metadata.name === name)?.aggregationRule?.clusterRoleSelectors ?? [];
    const isMeant = ({ metadata: { labels = {} } }: ClusterRole): boolean =>
      selectors.some(({ matchLabels = {} }) => Object.entries(matchLabels).every(([label, value]) => labels[label] === value));
    const rules = items.filter(isMeant).flatMap((role) => role.rules ?? []);
    await kubectl(['patch', 'clusterrole', name, '--type=merge', '-p', JSON.stringify({ rules })]);
  }
}
