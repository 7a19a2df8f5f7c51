// What a check of `flashback doctor` says, and what it is given: facts as they were read, or why they could not be. Pure.

export type FindingStatus = 'ok' | 'warn' | 'fail' | 'unknown';

export interface Finding {
  /** Name of the check; stable, for scripts. */
  check: string;
  status: FindingStatus;
  /** One sentence. */
  message: string;
  /** What to do; absent where nothing is. */
  fix?: string;
}

/** Something that was read; or was not: `message` says in words why, and which right it takes where that is what is missing. */
export type Fact<T> = { value: T } | { problem: 'forbidden' | 'unreachable'; message: string };

/** Judges a fact; one that could not be read is unknown. */
export function judge<T>(check: string, fact: Fact<T>, verdict: (value: T) => Omit<Finding, 'check'>): Finding {
  if ('value' in fact) return { check, ...verdict(fact.value) };
  const fix =
    fact.problem === 'forbidden'
      ? 'run it as somebody who may, or grant the right'
      : 'see that the API server answers: kubectl get --raw /readyz';
  return { check, status: 'unknown', message: fact.message, fix };
}

/** `3 minutes`: one unit, rounded down. `ms` is not negative. */
export function duration(ms: number): string {
  const units: [name: string, size: number][] = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ];
  const [name, size] = units.find(([, unit]) => ms >= unit) ?? ['second', 1000];
  const count = Math.floor(Math.max(0, ms) / size);
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}

const SHOWN = 5;

/** The first five names, and how many there are besides. */
export function firstNames(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}
