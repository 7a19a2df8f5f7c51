// Whether Secrets look encrypted at rest. Pure. Only the API server knows, and tells it between the lines: by the prefixes that it has
// written in front of Secrets since it started, as its own metrics count them.
import { judge, type Fact, type Finding } from './finding.ts';

const OPERATION = /^apiserver_storage_transformation_operations_total\{([^}]*)\} (\S+)/;
const IS_CONFIGURED = /^apiserver_encryption_config_controller_last_config_info\{/m;
const ENCRYPTED = 'k8s:enc:';
/** An EKS cluster of this version or a later one encrypts all that it stores. */
const EKS = /^v?1\.(\d+)\..*-eks-/;
const EKS_SINCE = 28;
const REWRITE = 'write them again: kubectl get secrets -A -o json | kubectl replace -f -';
const HOW =
  'see --encryption-provider-config of the API server, or ask whoever runs the cluster; docs/operations.md says how for managed ones';

interface Operations {
  /** Prefixes of Secrets that were written, and that were read. */
  written: Set<string>;
  read: Set<string>;
}

function operationsOf(metrics: string): Operations {
  const found: Operations = { written: new Set(), read: new Set() };
  for (const line of metrics.split('\n')) {
    const [, labels = '', count] = OPERATION.exec(line) ?? [];
    const label = (name: string): string => new RegExp(`(?:^|,)${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    // Inside of one provider the name of its key is counted as well, without the prefix of the provider.
    const prefix = label('transformer_prefix');
    if (count === undefined || Number(count) === 0 || label('resource') !== 'secrets' || label('status') !== 'OK') continue;
    if (!prefix.startsWith(ENCRYPTED) && prefix !== '' && prefix !== 'identity') continue;
    (label('transformation_type') === 'to_storage' ? found.written : found.read).add(prefix);
  }
  return found;
}

const providerOf = (prefix: string): string => prefix.slice(ENCRYPTED.length).split(':').slice(0, 2).join(' ');
const isEncrypted = (prefix: string): boolean => prefix.startsWith(ENCRYPTED);

function judgeMetrics(metrics: string): Omit<Finding, 'check'> {
  const { written, read } = operationsOf(metrics);
  const [plainly] = [...written].filter((prefix) => !isEncrypted(prefix));
  const encrypted = [...new Set([...written, ...read])].filter(isEncrypted);
  if (plainly !== undefined)
    return {
      status: 'warn',
      message: 'the API server writes Secrets unencrypted, although it could encrypt them',
      fix: `put a provider other than identity first; then ${REWRITE}`,
    };
  if (encrypted.length > 0 && [...read].some((prefix) => !isEncrypted(prefix))) {
    return {
      status: 'warn',
      message: `Secrets are written encrypted (${encrypted.map(providerOf).join(', ')}), but some from before are not`,
      fix: REWRITE,
    };
  }
  if (encrypted.length > 0) return { status: 'ok', message: `Secrets look encrypted at rest: ${encrypted.map(providerOf).join(', ')}` };
  if (IS_CONFIGURED.test(metrics))
    return {
      status: 'unknown',
      message: 'the API server has an EncryptionConfiguration, but has not used it for Secrets since it started',
      fix: HOW,
    };
  return {
    status: 'warn',
    message: 'Secrets look unencrypted at rest: the API server encrypts nothing that it stores',
    fix: `encrypt them: docs/operations.md; then ${REWRITE}`,
  };
}

/** `gitVersion`: some managed clusters are known by it. `metrics`: text of /metrics of one API server. */
export function checkEncryption(gitVersion: Fact<string>, metrics: Fact<string>): Finding {
  const check = 'encryption';
  const version = 'value' in gitVersion ? gitVersion.value : '';
  const eks = Number(EKS.exec(version)?.[1] ?? 0);
  if (eks >= EKS_SINCE)
    return {
      check,
      status: 'ok',
      message: `Amazon EKS encrypts all that it stores since Kubernetes 1.${EKS_SINCE}, and this is ${version}`,
    };
  // What managed control planes show of themselves is not what stores the Secrets.
  if (version.includes('-gke.'))
    return {
      check,
      status: 'unknown',
      message: 'GKE encrypts its disks; whether Secrets are encrypted with a key of yours besides cannot be seen from here',
      fix: HOW,
    };
  const finding = judge(check, metrics, judgeMetrics);
  return 'value' in metrics
    ? finding
    : { ...finding, message: `whether Secrets are encrypted at rest cannot be seen: ${finding.message}`, fix: HOW };
}
