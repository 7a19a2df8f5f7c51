// README of the chart: how to install it, and a table of its values.
import type { Value } from './values.ts';

const HEAD = `# flashback-ai-gateway

Kubernetes operator and gateway for LLM traffic. [docs/install.md](../../docs/install.md) leads through an installation, upgrades,
alerts and removal; this page lists the values. It is made from \`values.yaml\` (\`npm run generate:chart\`).

\`\`\`bash
helm install flashback helm/flashback-ai-gateway --namespace flashback-system --create-namespace \\
  --set image.repository=registry.example.com/flashback-ai-gateway --set 'watchNamespaces={team-a}'
\`\`\`

The release has a namespace of its own: the names of the lease and of the Secrets of the push channel are fixed.
`;

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

export function readmeOf(values: readonly Value[]): string {
  const rows = values.map(({ path, default: fallback, description }) => {
    return `| \`${path.join('.')}\` | \`${cell(JSON.stringify(fallback))}\` | ${cell(description)} |`;
  });
  return `${HEAD}\n## Values\n\n| value | default | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}
