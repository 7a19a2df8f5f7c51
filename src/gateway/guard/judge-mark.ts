// Marks the questions to judges, so that a gateway of the same operator which a judge stands behind does not judge them again for whoever
// asks. Only holders of the snapshot key can make a mark, it is good for one body, and not for long. Whoever runs a judge sees marks and may
// have written most of the body, so a mark says whose question it is, and spares from nobody else's policies.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../clock.ts';
import type { Asker } from '../../policy/types.ts';

const HEADER = 'x-flashback-judge';
/** Seconds. */
const GOOD_FOR = 60;
/** Bytes: no question is as long, and whoever claims that one is must not have the gateway hash it. */
const LONGEST = 1024 * 1024;
const ID_DIGITS = 16;
const FORM = /^(\d{1,12})\.([on][0-9a-f]{16}(?:-[on][0-9a-f]{16}){0,7})\.([0-9a-f]{64})$/;

/**
 * Owners whose policies have asked, each about the question of the one before, that a question may have and still be judged by others. An
 * organization and a workspace whose judges stand behind one repository are through with each other after three; workspaces whose judges
 * stand behind each other's repositories would never be.
 */
export const LONGEST_LINEAGE = 3;

type Body = Buffer | string;
type Owner = Asker['owner'];

export class JudgeMark {
  readonly #key: Buffer;
  readonly #clock: Clock;

  constructor(key: Buffer, clock: Clock) {
    this.#key = key;
    this.#clock = clock;
  }

  /** For a question of this body that is asked for policies of one owner, as a flat list of name, value. */
  make(body: Body, { owner, lineage }: Asker): string[] {
    const now = String(Math.floor(this.#clock.now() / 1000));
    const asked = [...lineage, this.#idOf(owner)].join('-');
    return [HEADER, `${now}.${asked}.${this.#sign(now, asked, body)}`];
  }

  /** Whose policies have led to this question, the first first; empty: it is no judge's. */
  lineageOf(headers: IncomingHttpHeaders, body: Body): string[] {
    const value = headers[HEADER];
    if (typeof value !== 'string') return [];
    const [, time = '', asked = '', signature = ''] = FORM.exec(value) ?? [];
    const age = Math.abs(this.#clock.now() / 1000 - Number(time));
    if (asked === '' || !(age <= GOOD_FOR) || body.length > LONGEST) return [];
    const isOurs = timingSafeEqual(Buffer.from(this.#sign(time, asked, body)), Buffer.from(signature));
    return isOurs ? asked.split('-') : [];
  }

  /** Whether a question of this lineage is not to be judged by policies of an owner. */
  spares(lineage: readonly string[]): (owner: Owner) => boolean {
    const spared = sparedBy(lineage);
    return (owner) => spared.has(this.#idOf(owner));
  }

  /** Workspace and repositories of one namespace are in the same hands. The names are nobody's business behind a judge. */
  #idOf({ namespace, scope }: Owner): string {
    const kind = scope === 'Organization' ? 'organization' : 'namespace';
    return kind[0] + createHmac('sha256', this.#key).update(`judge owner ${kind} ${namespace}`).digest('hex').slice(0, ID_DIGITS);
  }

  #sign(time: string, asked: string, body: Body): string {
    const digest = createHash('sha256').update(body).digest('hex');
    return createHmac('sha256', this.#key).update(`judge ${time} ${asked} ${digest}`).digest('hex');
  }
}

/**
 * Whoever asks is spared. What a workspace asks about is spared from its policies, too, when the policies of an organization ask about that,
 * since those stand above; never the other way round, or it would take a rule of one's own to be spared from the organization's.
 */
function sparedBy(lineage: readonly string[]): ReadonlySet<string> {
  const asker = lineage.at(-1);
  if (asker === undefined) return new Set();
  return asker.startsWith('o') ? new Set([asker, ...below(lineage.slice(0, -1))]) : new Set([asker]);
}

/** The last workspace, as far as only organizations have asked since. */
function below(lineage: readonly string[]): string[] {
  const last = lineage.findLast((id) => id.startsWith('n'));
  return last === undefined ? [] : [last];
}
