// What `flashback explain --key-file` says. Pure; never the key, of which only the characters that status shows as well.
import { keyPrefix } from '../api/api-key.ts';
import { keyOf } from '../api/resources.ts';
import { typeOf } from '../reconcile/keys.ts';
import { printableLine } from '../standalone/printable.ts';
import type { FoundKey } from './key-trace.ts';
import { statusOf, type KeyFacts, type KeyVerdict } from './key-verdict.ts';

const field = (name: string, value: string): string => `   ${name.padEnd(9)} ${printableLine(value)}`;

function stateOf({ which, expiresAt, isOver, entry }: FoundKey): string {
  const end = expiresAt === undefined ? undefined : new Date(expiresAt).toISOString();
  if (which === 'previous') return isOver ? 'replaced, and no longer in force' : `replaced; works until ${end ?? 'its overlap ends'}`;
  if (isOver) return `expired at ${end}`;
  const rotation =
    entry.rotation === undefined ? '' : `, replaced every ${entry.rotation.every} with an overlap of ${entry.rotation.overlap ?? '0s'}`;
  return `current, ${end === undefined ? 'never expires' : `expires at ${end}`}${rotation}`;
}

function keyLines(found: FoundKey, key: string): string[] {
  const { repository, entry, secret, id } = found;
  return [
    `Key ${keyPrefix(key)}… (${id}): ${printableLine(entry.name)} of Repository ${keyOf(repository.metadata)}`,
    field('type', typeOf(entry)),
    field('secret', keyOf(secret)),
    field('state', stateOf(found)),
    field(
      'limits',
      `${entry.models === undefined ? 'all models' : `only ${entry.models.join(', ')}`}; this version limits neither rate nor tokens`,
    ),
  ];
}

function routeLines({ route }: KeyVerdict, model: string | undefined): string[] {
  if (route === undefined || model === undefined) return [];
  const { llm, upstream, isOpen } = route;
  const endpoint = llm.spec.endpoint === undefined ? '' : `, ${llm.spec.endpoint}`;
  const name = upstream === model ? '' : `; the provider calls it ${upstream}`;
  const open = isOpen ? '; the connection lists no models, so it is asked for any' : '';
  return [field('model', `${model}: AILLMConfig ${keyOf(llm.metadata)} (${llm.spec.type}${endpoint})${name}${open}`)];
}

function verdictLines(verdict: KeyVerdict): string[] {
  const { outcome, code, why, fix } = verdict;
  const said = {
    served: 'A request would be served',
    denied: `A request would be denied: ${code} (HTTP ${statusOf(verdict)})`,
    uncertain: 'It cannot be told whether a request would be served',
  };
  return [said[outcome], field('why', why), ...(fix === undefined ? [] : [field('do', fix)])];
}

/** Lines that end with a newline. */
export function keyReport({ key, model, trace }: KeyFacts, verdict: KeyVerdict): string {
  const lines = trace.state === 'found' ? [...keyLines(trace.found, key), ...routeLines(verdict, model)] : [];
  return `${[...lines, ...(lines.length === 0 ? [] : ['']), ...verdictLines(verdict)].join('\n')}\n`;
}
