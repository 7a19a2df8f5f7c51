// Figures beside what they should be, and what they come to.
import { formatTable } from '../statistics.ts';

export interface Figure {
  what: string;
  value: number;
  /** The same in CPU time, where `value` is time on the clock: on a busy machine that is mostly the time of others. */
  cpu?: number;
  unit: 'ms' | 'us' | 'tokens';
  /** Undefined: there is none. */
  aim?: number;
  /** How often it was measured until it was as it is; once when absent. */
  tries?: number;
}

/** What is measured at once, and again when it misses an aim. `hasAim`: it is more than a figure to look at. */
export interface Measurement {
  hasAim: boolean;
  measure(): Figure[] | Promise<Figure[]>;
}

/** `undecided`: too long on the clock, which others may be to blame for, and short enough in CPU time. Undefined: there is no aim. */
export type State = 'met' | 'undecided' | 'missed';

export function stateOf({ value, cpu = Infinity, aim }: Figure): State | undefined {
  if (aim === undefined) return undefined;
  // Not a number is met by nothing.
  return value <= aim ? 'met' : cpu <= aim ? 'undecided' : 'missed';
}

const RANK = { met: 0, undecided: 1, missed: 2 } as const;
const isMissed = (figure: Figure): boolean => stateOf(figure) === 'missed';

/** By what it comes to, then by what decides that. */
function isBetter(a: Figure, b: Figure): boolean {
  const [rankOfA, rankOfB] = [a, b].map((figure) => RANK[stateOf(figure) ?? 'met']) as [number, number];
  return rankOfA < rankOfB || (rankOfA === rankOfB && (a.cpu ?? a.value) < (b.cpu ?? b.value));
}

const ATTEMPTS = 3;

/** Measures again while an aim is missed, three times at most and only while `mayRetry`; of each figure that was missed, the best. */
export async function bestOf({ measure }: Measurement, mayRetry: () => boolean): Promise<Figure[]> {
  let best = await measure();
  for (let tries = 2; tries <= ATTEMPTS && best.some(isMissed) && mayRetry(); tries++) {
    const next = await measure();
    const better = (figure: Figure, other: Figure): Figure => ({ ...(isBetter(other, figure) ? other : figure), tries });
    best = best.map((figure, index) => (isMissed(figure) ? better(figure, next[index]!) : figure));
  }
  return best;
}

const WORDS = { met: 'met', undecided: 'undecided', missed: 'MISSED' } as const;

function rowOf(figure: Figure): string[] {
  const { what, value, cpu, unit, aim, tries = 1 } = figure;
  const state = stateOf(figure);
  const write = (number: number | undefined): string => (number === undefined ? '' : `${number.toFixed(unit === 'ms' ? 2 : 1)} ${unit}`);
  const after = tries === 1 ? '' : state === 'missed' ? ` (best of ${tries})` : ` (try ${tries})`;
  return [what, write(value), write(cpu), aim === undefined ? '' : `${aim} ${unit}`, state === undefined ? '' : `${WORDS[state]}${after}`];
}

export const tableOf = (title: string, figures: readonly Figure[]): string =>
  formatTable([[title, 'measured', 'in CPU time', 'aim', ''], ...figures.map(rowOf)]);

/** Whether a figure misses even that many times its aim, which no slower machine explains. */
export function isFarOff({ aim, ...figure }: Figure, tolerance: number): boolean {
  return aim !== undefined && stateOf({ ...figure, aim: aim * tolerance }) === 'missed';
}

/** Numbers of figures that have an aim, in the words that .ci/run reads. `missed`: by more than the tolerance; `over`: by less. */
export function summaryOf(figures: readonly Figure[], unmeasured: number, tolerance = 1): string {
  const count = (state: State): number => figures.filter((figure) => stateOf(figure) === state).length;
  const missed = figures.filter((figure) => isFarOff(figure, tolerance)).length;
  const over = tolerance === 1 ? '' : `, ${count('missed') - missed} over by less than ${tolerance} times`;
  return `guard: ${count('met')} met, ${missed} missed${over}, ${count('undecided')} undecided, ${unmeasured} not measured`;
}
