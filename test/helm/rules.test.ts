// Alerts and dashboards: promtool takes the alerts, they fire when they should, and whatever they ask for exists.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { CHART } from '../../hack/chart/generate.ts';
import { findTool } from '../../hack/tools.ts';
import { GATEWAY_METRICS, OPERATOR_METRICS } from '../../src/telemetry/metrics.ts';
import { run } from '../cluster/harness/command.ts';
import { find } from './render.ts';
import { variant } from './variants.ts';

interface Rule {
  alert: string;
  expr: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

const RULES = join(CHART, 'files', 'prometheus', 'rules.yaml');
const DASHBOARDS = join(CHART, 'files', 'dashboards');
const METRICS: Record<string, { labels: readonly string[] }> = {
  ...GATEWAY_METRICS,
  ...OPERATOR_METRICS,
  process_resident_memory_bytes: { labels: [] },
};
/** What Prometheus adds to whatever it scrapes, and to buckets. */
const EVERYWHERE = ['namespace', 'pod', 'instance', 'le'];
const OWN_NAME = /\b(?:flashback|gen_ai|controller_runtime|workqueue|rest_client|leader_election|process)_[a-z_]+/g;

async function rules(): Promise<Rule[]> {
  const { groups } = load(await readFile(RULES, 'utf8')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap((group) => group.rules);
}

async function dashboards(): Promise<{ file: string; expressions: string[] }[]> {
  const files = await readdir(DASHBOARDS);
  return Promise.all(
    files.map(async (file) => {
      const { panels, templating } = JSON.parse(await readFile(join(DASHBOARDS, file), 'utf8')) as {
        panels: { targets: { expr: string }[] }[];
        templating: { list: { query: string; type: string }[] };
      };
      const queries = templating.list.filter(({ type }) => type === 'query').map(({ query }) => query);
      return { file, expressions: [...panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)), ...queries] };
    }),
  );
}

function labelsOf(name: string): readonly string[] {
  return (METRICS[name] ?? METRICS[name.replace(/_(bucket|sum|count)$/, '')])?.labels ?? [];
}

/** Names that no process tells, and labels that the named metrics do not have. */
function unknownIn(expression: string): string[] {
  const names = expression.match(OWN_NAME) ?? [];
  const metrics = names.map((name) => ({ name, metric: METRICS[name] ?? METRICS[name.replace(/_(bucket|sum|count)$/, '')] }));
  const labels = new Set([...EVERYWHERE, ...metrics.flatMap(({ metric }) => metric?.labels ?? [])]);
  const lists = [...expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)];
  const grouped = lists.flatMap(([, list = '']) => list.split(',').map((label) => label.trim()));
  const matched = [...expression.matchAll(/([a-z_]+)(?:=~|!=|!~|=)"/g)].map(([, label = '']) => label);
  const missing = metrics.filter(({ metric }) => metric === undefined).map(({ name }) => name);
  return [...missing, ...[...grouped, ...matched].filter((label) => !labels.has(label))];
}

describe('the alerts', () => {
  test('are rules as Prometheus wants them', async () => {
    expect(await run(await findTool('promtool'), ['check', 'rules', '--lint=all', '--lint-fatal', RULES])).toContain('SUCCESS');
  });

  test('fire when they should, and do not when they should not', async () => {
    expect(await run(await findTool('promtool'), ['test', 'rules', 'test/helm/rules-test.yaml'])).toContain('SUCCESS');
  });

  test('are each tried by a case', async () => {
    type Case = { alertname: string; exp_alerts?: object[] };
    const { tests } = load(await readFile('test/helm/rules-test.yaml', 'utf8')) as { tests: { alert_rule_test: Case[] }[] };
    const cases = tests.flatMap(({ alert_rule_test: own }) => own);
    const fired = cases.filter(({ exp_alerts: alerts = [] }) => alerts.length > 0).map(({ alertname }) => alertname);
    expect(new Set(fired)).toEqual(new Set((await rules()).map(({ alert }) => alert)));
  });

  test('ask for metrics and labels that exist', async () => {
    expect((await rules()).flatMap(({ expr }) => unknownIn(expr))).toEqual([]);
    expect(unknownIn('sum by (nobody) (flashback_none{no="x"})')).toEqual(['flashback_none', 'nobody', 'no']);
  });

  test('say how bad it is, what is wrong, and in docs/install.md what to do', async () => {
    const page = await readFile('docs/install.md', 'utf8');
    for (const { alert, labels, annotations } of await rules()) {
      expect(labels['severity'], alert).toMatch(/^(critical|warning)$/);
      expect([typeof annotations['summary'], typeof annotations['description']], alert).toEqual(['string', 'string']);
      expect(page).toContain(`### ${alert}\n`);
    }
  });

  test('reach the cluster unchanged but for labels and the link', async () => {
    const { spec } = find(await variant('everything that can be switched on'), 'PrometheusRule', 'flashback');
    const { groups } = spec as { groups: { rules: Rule[] }[] };
    const expected = (await rules()).map((rule) => ({
      ...rule,
      labels: { ...rule.labels, team: 'platform' },
      annotations: { ...rule.annotations, runbook_url: `https://example.com/install#${rule.alert.toLowerCase()}` },
    }));
    expect(groups.flatMap((group) => group.rules)).toEqual(expected);
  });
});

describe('the dashboards', () => {
  test('ask for metrics and labels that exist', async () => {
    for (const { file, expressions } of await dashboards()) {
      expect(expressions.length, file).toBeGreaterThan(5);
      expect(expressions.flatMap(unknownIn), file).toEqual([]);
    }
  });

  test('show the namespace that is chosen, or say that they cannot', async () => {
    const { panels } = JSON.parse(await readFile(join(DASHBOARDS, 'gateway.json'), 'utf8')) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    for (const { title, targets } of panels) {
      const exprs = targets.map(({ expr }) => expr);
      const couldBe = exprs.flatMap((expr) => expr.match(OWN_NAME) ?? []).some((name) => labelsOf(name).includes('namespace'));
      const isOfAll = exprs.every((expr) => !expr.includes('namespace=~"$namespace"'));
      expect([title, isOfAll, title.endsWith('(all namespaces)')]).toEqual([title, !couldBe, !couldBe]);
    }
  });

  test('reach the cluster as they are, where the sidecar looks', async () => {
    const manifests = await variant('everything that can be switched on');
    for (const file of await readdir(DASHBOARDS)) {
      const { data, metadata } = find(manifests, 'ConfigMap', `flashback-dashboard-${file.replace('.json', '')}`);
      expect(JSON.parse(data[`flashback-${file}`])).toEqual(JSON.parse(await readFile(join(DASHBOARDS, file), 'utf8')));
      expect(metadata.labels?.['grafana_dashboard']).toBe('1');
    }
  });
});
