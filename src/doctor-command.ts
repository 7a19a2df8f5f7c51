// `flashback doctor`: looks a whole installation over, and says of each thing whether it is well and what to do if it is not.
import { parseArgs } from 'node:util';
import { LABELS } from './api/resources.ts';
import { connectCluster } from './cluster-reading.ts';
import { bundledKinds, readFacts, type DoctorFacts } from './doctor-reading.ts';
import { checkKinds, checkServer, type Crd } from './doctor/api-server.ts';
import { checkEncryption } from './doctor/encryption.ts';
import type { Finding } from './doctor/finding.ts';
import { checkKeySecrets, checkNamespaces, checkObjects } from './doctor/objects.ts';
import { checkReleases } from './doctor/releases.ts';
import { checkBootSnapshot, checkCertificates, checkGateways, checkLease, checkLedger } from './doctor/release.ts';
import { exitCode, jsonReport, textReport } from './doctor/report.ts';
import { SETTINGS, SettingsError } from './settings.ts';

export const DOCTOR_HELP = `Usage: flashback doctor [options]

Exit code 0: nothing fails; 1: something does; 2: wrong usage.

Options:
  -n, --namespace              namespace of the release (default: ${SETTINGS.namespace.default})
  --gateway-service            headless Service of the gateways (default: the one with the label ${LABELS.push})
  --kubeconfig                 kubeconfig file; without it the usual one, or the service account of the pod
  -o, --output                 text or json (default: text)
`;

const OPTIONS = {
  namespace: { type: 'string', short: 'n', default: SETTINGS.namespace.default },
  'gateway-service': { type: 'string' },
  kubeconfig: { type: 'string' },
  output: { type: 'string', short: 'o', default: 'text' },
} as const;

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true }).values;
  } catch (error) {
    throw new SettingsError(`${error instanceof Error ? error.message : String(error)}. See flashback doctor --help.`);
  }
}

/** All findings, in the order in which things depend on each other. `now`: milliseconds since the epoch. */
export function diagnose(facts: DoctorFacts, options: { wanted: readonly Crd[]; namespace: string; now: number }): Finding[] {
  const { wanted, namespace, now } = options;
  const { objects } = facts;
  const isProgrammed =
    'value' in objects &&
    objects.value.some(({ status }) => status?.conditions?.some(({ type, status: value }) => type === 'Programmed' && value === 'True'));
  return [
    checkServer(facts.version),
    checkKinds(wanted, facts.kinds),
    checkLease(facts.lease, now),
    checkReleases(facts.releases, namespace),
    checkGateways(facts.gateways, isProgrammed === true),
    checkCertificates(facts.certificates, now),
    checkBootSnapshot(facts.bootSnapshot, now),
    checkLedger(facts.lease, now),
    checkNamespaces(facts.namespaces, objects),
    ...checkObjects(objects, now),
    checkKeySecrets(facts.keySecrets, objects),
    checkEncryption(facts.version, facts.metrics),
  ];
}

/** The command. */
export async function doctorCommand(args: readonly string[], env: Record<string, string | undefined>): Promise<number> {
  const { namespace, 'gateway-service': service, kubeconfig, output } = read(args);
  if (output !== 'text' && output !== 'json') throw new SettingsError('--output is text or json.');
  const client = connectCluster({ kubeconfig, env });
  try {
    const wanted = await bundledKinds(new URL('../crds/', import.meta.url));
    const now = Date.now();
    const facts = await readFacts(client, { namespace, service, wanted, now });
    const findings = diagnose(facts, { wanted, namespace, now: Date.now() });
    process.stdout.write(output === 'json' ? jsonReport(findings) : textReport(findings));
    return exitCode(findings);
  } finally {
    await client.config.close();
  }
}
