// What is measured against what was aimed at. On a machine that does much else only CPU time says anything.

/** Of an aim that is missed, by how much it may be in CI, where machines differ. */
const TWICE = 2;

export type Verdict = 'met' | 'undecided' | 'missed' | 'missed twice over';

export interface Measured {
  /** By how much the aim is exceeded on the clock: 1 is just met. */
  clock: number;
  /** The same in CPU time; undefined where most of that is another process's. */
  cpu: number | undefined;
}

export class Verdicts {
  readonly #all: Verdict[] = [];

  judge({ clock, cpu = clock }: Measured): Verdict {
    const verdict = verdictOn(clock, cpu);
    this.#all.push(verdict);
    return verdict;
  }

  count(verdict: Verdict): number {
    return this.#all.filter((one) => one === verdict).length;
  }
}

/** What is above an aim on the clock and not in CPU time is undecided. */
function verdictOn(clock: number, cpu: number): Verdict {
  if (clock <= 1) return 'met';
  if (cpu <= 1) return 'undecided';
  return clock > TWICE && cpu > TWICE ? 'missed twice over' : 'missed';
}
