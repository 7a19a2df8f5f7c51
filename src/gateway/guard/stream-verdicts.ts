// What policies say about a stream under way, as its gate asks them.
import type { Decision } from '../../policy/decide.ts';
import { detectorsOf, type ReadyPolicy } from '../../policy/evaluate.ts';
import type { Clearance } from '../../policy/stream/gate.ts';
import type { Detector, Failure, Finding, Part } from '../../policy/types.ts';
import type { GatewayError } from '../../errors.ts';
import { refusalOf, type Guard, type Matter } from './guard.ts';
import type { Found } from './scanner.ts';
import { sourceOf } from './source.ts';

type Said = Clearance<GatewayError>;

const isSlow = ({ policy, detectors, broken }: ReadyPolicy): boolean =>
  policy.judge !== undefined || broken === true || detectors.some(({ whole }) => whole === true);
const isFull = ({ policy }: ReadyPolicy): boolean => policy.streaming === 'Full';

function toClearance(decision: Decision): Said {
  const refusal = refusalOf(decision, 'Response');
  return refusal === undefined ? { clear: true } : { clear: false, reason: refusal };
}

export class StreamVerdicts {
  readonly #guard: Guard;
  readonly #gating: readonly ReadyPolicy[];
  readonly #matter: Matter;
  /** With the detectors that need no whole text. */
  readonly #local: readonly ReadyPolicy[];
  readonly #slow: readonly ReadyPolicy[];
  /** Of detectors that are often wrong: told once, at the end. */
  readonly #doubtful = new Map<string, Finding[]>();
  /** What was said before the answer, read once for all windows. */
  #asked: ReturnType<Matter['before']> | undefined;
  readonly #once = new Map<string, Said>();

  constructor(guard: Guard, gating: readonly ReadyPolicy[], matter: Matter) {
    this.#guard = guard;
    this.#gating = gating;
    this.#matter = matter;
    this.#local = gating.map((ready) => ({ ...ready, detectors: ready.detectors.filter(({ whole }) => whole !== true) }));
    this.#slow = gating.filter(isSlow);
  }

  get detectors(): Detector[] {
    return detectorsOf(this.#local);
  }

  /** Undefined: there is nothing to wait for but detectors. */
  get judge(): { whole: boolean; check(fresh: Part[], before: Part[]): Promise<Said> } | undefined {
    const whole = this.#gating.some(isFull);
    return this.#slow.length === 0 && !whole ? undefined : { whole, check: (fresh, before) => this.#judge(fresh, before) };
  }

  /** Throws, or rejects, when it cannot be done. */
  scan(parts: readonly Part[]): Found | Promise<Found> {
    return this.#guard.scan(this.#local, parts, this.#matter);
  }

  found(found: ReadonlyMap<string, Finding[]>): Said {
    let isDoubtful = true;
    for (const [id, findings] of found) {
      const known = this.#doubtful.get(id) ?? [];
      this.#doubtful.set(id, known);
      for (const finding of findings) {
        known.push(finding);
        isDoubtful &&= finding.advisory === true;
      }
    }
    if (isDoubtful) return { clear: true };
    const decision = this.#guard.decideFound(this.#gating, this.#doubtful, this.#matter);
    // What has stopped it is told together with all that was found before.
    if (decision.outcome !== 'pass') this.#doubtful.clear();
    return toClearance(decision);
  }

  unseen(): Said {
    return this.#failed('unseen', this.#gating, 'detector_failed');
  }

  unjudged(): Said {
    return this.#failed('unjudged', this.#waited, 'detector_failed');
  }

  tooMuch(waitsFor: 'judge' | 'detectors'): Said {
    return this.#failed(`too much for ${waitsFor}`, waitsFor === 'judge' ? this.#waited : this.#gating.filter((ready) => !this.#waited.includes(ready)), 'too_large');
  }

  unscannable(): Said {
    const failing = this.#gating.filter(({ policy }) => policy.onUnscannable === 'Fail');
    return this.#failed('unscannable', failing, 'unscannable');
  }

  /** It was stopped: what was found besides is told all the same. */
  stopped(): void {
    const found = this.#policiesOfDetectors.filter(({ detectors }) => detectors.some(({ id }) => this.#doubtful.has(id)));
    if (found.length > 0) this.#guard.conclude(found, this.#doubtful, this.#matter);
  }

  passed(): void {
    this.#guard.conclude(this.#policiesOfDetectors, this.#doubtful, this.#matter);
  }

  /** Judges tell on their own. */
  get #policiesOfDetectors(): readonly ReadyPolicy[] {
    return this.#gating.filter((ready) => !this.#slow.includes(ready));
  }

  /** Those for which windows, or the whole, are held back. */
  get #waited(): readonly ReadyPolicy[] {
    return this.#gating.filter((ready) => isFull(ready) || this.#slow.includes(ready));
  }

  /** Told once, whatever else cannot be done for the same reason. */
  #failed(why: string, policies: readonly ReadyPolicy[], failure: Failure): Said {
    const known = this.#once.get(why) ?? (policies.length === 0 ? { clear: true } : toClearance(this.#guard.decideFailed(policies, failure, this.#matter)));
    this.#once.set(why, known);
    return known;
  }

  async #judge(fresh: Part[], before: Part[]): Promise<Said> {
    const matter = { ...this.#matter, before: async () => [...(await (this.#asked ??= this.#matter.before())), ...before] };
    return toClearance(await this.#guard.judge(this.#slow, sourceOf({ parts: fresh, unscannable: [] }), matter));
  }
}
