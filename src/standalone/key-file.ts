// A delivered key as a file that shells, Docker and dotenv read: NAME=value lines for applications, and comments for
// what has to survive a restart. Pure.
import { keyOf, LABELS, type Kind } from '../api/resources.ts';
import type { OwnedSecret } from '../reconcile/store.ts';

/** An OwnedSecret as it is kept in a file. */
export interface StoredSecret extends OwnedSecret {
  uid: string;
}

const HEADER = [
  '# A key issued by flashback. To delete this file, or to edit the key in it, revokes the key; a new one follows.',
  '# Other edits are overwritten.',
].join('\n');
const MADE_HEADER = '# A key made over the Platform API, of which only the hash is kept. To delete this file revokes it for good. Edits are overwritten.';
const NAME_PART = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
/** What applications read; the operator's own notes have a prefix. */
const ENV_NAME = /^(?!FLASHBACK_)[A-Z][A-Z0-9_]*$/;
/** Characters that mean themselves in a shell, in Docker's --env-file and in dotenv, without quotes. */
const PLAIN = /^[A-Za-z0-9_./:@%+,=-]*$/;
const PRINTABLE = /^[\x21\x23-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;
const COMMENT = /^# (secret|uid|owner|label|annotation|data)(?: (\S+))?: (.*)$/;

/** `quickstart.assistant.app.env`: unambiguous, because neither namespaces nor names of keys can hold a dot. */
export function keyFileName({ key, labels }: Pick<OwnedSecret, 'key' | 'labels'>): string {
  const parts = [key.namespace, labels[LABELS.repository] ?? '', labels[LABELS.apiKey] ?? ''];
  if (!parts.every((part) => NAME_PART.test(part))) {
    throw new RangeError(`the Secret ${keyOf(key)} is not labelled as a key of a Repository`);
  }
  return `${parts.join('.')}.env`;
}

function comment(field: string, name: string | undefined, value: string): string {
  return `# ${field}${name === undefined ? '' : ` ${name}`}: ${PRINTABLE.test(value) ? value : JSON.stringify(value)}`;
}

function isEnv(name: string, value: string): boolean {
  return ENV_NAME.test(name) && PLAIN.test(value);
}

function sorted(values: Readonly<Record<string, string>>): [name: string, value: string][] {
  return Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** The text of the file. Equal Secrets give equal texts. */
export function formatKeyFile({ key, uid, owner, data, labels, annotations }: StoredSecret): string {
  const fields = sorted(data);
  return [
    labels[LABELS.madeKey] === undefined ? HEADER : MADE_HEADER,
    comment('secret', undefined, keyOf(key)),
    comment('uid', undefined, uid),
    comment('owner', undefined, `${owner.kind}/${owner.name}/${owner.uid}`),
    ...sorted(labels).map(([name, value]) => comment('label', name, value)),
    ...sorted(annotations).map(([name, value]) => comment('annotation', name, value)),
    ...fields.filter(([name, value]) => !isEnv(name, value)).map(([name, value]) => comment('data', name, value)),
    ...fields.filter(([name, value]) => isEnv(name, value)).map(([name, value]) => `${name}=${value}`),
    '',
  ].join('\n');
}

function decode(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}

/** Reads such a file. Undefined: it was not written by flashback, or is damaged beyond use. */
export function parseKeyFile(text: string): StoredSecret | undefined {
  const lines = text.split(/\r?\n/);
  const single = new Map<string, string>();
  const maps = { label: new Map<string, string>(), annotation: new Map<string, string>(), data: new Map<string, string>() };
  for (const line of lines) {
    const [, field, name, value = ''] = COMMENT.exec(line) ?? [];
    if (field === undefined) {
      const [, variable, content = ''] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
      if (variable !== undefined) maps.data.set(variable, content);
    } else if (name === undefined) single.set(field, decode(value));
    else if (field === 'label' || field === 'annotation' || field === 'data') maps[field].set(name, decode(value));
  }
  const [, namespace, name] = /^([^/]+)\/([^/]+)$/.exec(single.get('secret') ?? '') ?? [];
  const [, ownerKind, ownerName, ownerUid] = /^([^/]+)\/([^/]+)\/([^/]+)$/.exec(single.get('owner') ?? '') ?? [];
  const uid = single.get('uid');
  if (namespace === undefined || name === undefined || uid === undefined) return undefined;
  if (ownerKind === undefined || ownerName === undefined || ownerUid === undefined) return undefined;
  return {
    key: { namespace, name },
    uid,
    owner: { kind: ownerKind as Kind, name: ownerName, uid: ownerUid },
    data: Object.fromEntries(maps.data),
    labels: Object.fromEntries(maps.label),
    annotations: Object.fromEntries(maps.annotation),
  };
}
