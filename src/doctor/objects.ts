// Checks of what users have applied: namespaces, objects that are not Ready, and Secrets of keys that belong to nobody. Pure.
import { keyOf, KINDS, LABELS, type AnyResource, type Kind, type ObjectKey } from '../api/resources.ts';
import { firstNames, judge, type Fact, type Finding } from './finding.ts';
import { readinessOf } from './model-route.ts';

/** What only whoever runs the installation can put right. */
const OF_INSTALLATION: ReadonlySet<string> = new Set(['NoGateways', 'SecretForbidden', 'OrganizationUnknown', 'ProviderNotSupported']);
const UNSEEN = 'not looked at';
const WATCHED = '; where the operator has --watch-namespaces, it looks at those alone';
/** How long an operator may take to look at something new, in milliseconds. */
const UNSEEN_MS = 60_000;

export interface NamespaceFact {
  name: string;
  labels: Readonly<Record<string, string>>;
}

export function checkNamespaces(namespaces: Fact<readonly NamespaceFact[]>, objects: Fact<readonly AnyResource[]>): Finding {
  const all = 'value' in objects ? objects.value : [];
  const unknown = all.filter((object) => readinessOf(object)?.reason === 'OrganizationUnknown').map(({ metadata }) => keyOf(metadata));
  if (unknown.length > 0) {
    const message = `the operator does not know the labels of the namespaces of ${firstNames(unknown)}`;
    return { check: 'namespaces', status: 'fail', message, fix: 'grant the operator get, list and watch on namespaces' };
  }
  return judge('namespaces', namespaces, (found) => {
    const homes = found.filter(({ labels }) => labels[LABELS.organizationHome] === 'true').length;
    const organizations = new Set(found.map(({ labels }) => labels[LABELS.organization] || 'default')).size;
    return {
      status: 'ok',
      message: `${found.length} namespaces can be read; they form ${organizations} organizations, ${homes} are a home of policies of one`,
    };
  });
}

interface Trouble {
  name: string;
  reason: string;
}

function troubleOf(object: AnyResource, now: number): Trouble | undefined {
  const { metadata, status } = object;
  const name = keyOf(metadata);
  const ready = readinessOf(object);
  if (ready === undefined || (status?.observedGeneration ?? -1) < metadata.generation) {
    return now - Date.parse(metadata.creationTimestamp ?? '') > UNSEEN_MS ? { name, reason: UNSEEN } : undefined;
  }
  return ready.status === 'True' || ready.reason === 'Suspended' ? undefined : { name, reason: ready.reason };
}

function describe(troubles: readonly Trouble[]): string {
  const byReason = [...Map.groupBy(troubles, ({ reason }) => reason)].toSorted(([, a], [, b]) => b.length - a.length);
  return byReason.map(([reason, ones]) => `${ones.length} ${reason} (${firstNames(ones.map(({ name }) => name))})`).join('; ');
}

/** One finding per kind. What a tenant has done wrong warns; it fails where the installation is at fault, or nothing of a kind works. */
export function checkObjects(objects: Fact<readonly AnyResource[]>, now: number): Finding[] {
  return (Object.keys(KINDS) as Kind[]).map((kind) =>
    judge(KINDS[kind], objects, (all) => {
      const own = all.filter((object) => object.kind === kind);
      const troubles = own.flatMap((object) => troubleOf(object, now) ?? []);
      if (own.length === 0) return { status: 'ok', message: `there is no ${kind} yet` };
      if (troubles.length === 0) return { status: 'ok', message: `all ${own.length} are Ready, suspended or new` };
      const isUnseen = troubles.some(({ reason }) => reason === UNSEEN);
      const isGrave = isUnseen || troubles.length === own.length || troubles.some(({ reason }) => OF_INSTALLATION.has(reason));
      const message = `${troubles.length} of ${own.length} are not Ready: ${describe(troubles)}`;
      return {
        status: isGrave ? 'fail' : 'warn',
        message,
        fix: `kubectl describe ${KINDS[kind]}.ai.flashback.tech says what to do; docs/status.md lists the reasons${isUnseen ? WATCHED : ''}`,
      };
    }),
  );
}

export interface KeySecretFact {
  key: ObjectKey;
  ownerUid: string | undefined;
}

/** `secrets`: all that carry the label of a Repository. */
export function checkKeySecrets(secrets: Fact<readonly KeySecretFact[]>, objects: Fact<readonly AnyResource[]>): Finding {
  const check = 'key-secrets';
  if ('problem' in objects) return { check, status: 'unknown', message: objects.message };
  const owners = new Set(objects.value.filter(({ kind }) => kind === 'Repository').map(({ metadata }) => metadata.uid));
  return judge(check, secrets, (found) => {
    const orphans = found.filter(({ ownerUid }) => ownerUid === undefined || !owners.has(ownerUid)).map(({ key }) => keyOf(key));
    if (orphans.length === 0) return { status: 'ok', message: `every one of the ${found.length} key Secrets belongs to a Repository` };
    const message = `${orphans.length} key Secrets belong to no Repository, so their keys open nothing: ${firstNames(orphans)}`;
    return { status: 'warn', message, fix: 'delete them; copies of key Secrets are never keys' };
  });
}
