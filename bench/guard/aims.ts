// Figures beside what they should be.
import { formatTable } from '../statistics.ts';

export interface Figure {
  what: string;
  value: number;
  unit: 'ms' | 'us' | 'tokens';
  /** Undefined: there is none. */
  aim?: number;
}

const isMet = ({ value, aim }: Figure): boolean => aim === undefined || value <= aim;

function rowOf(figure: Figure): string[] {
  const { what, value, unit, aim } = figure;
  return [what, `${value.toFixed(unit === 'ms' ? 2 : 1)} ${unit}`, aim === undefined ? '' : `${aim} ${unit}`, aim === undefined ? '' : isMet(figure) ? 'met' : 'MISSED'];
}

/** Prints them; the result says whether all are as they should be. */
export function show(title: string, figures: readonly Figure[]): boolean {
  console.log(`\n${formatTable([[title, 'measured', 'aim', ''], ...figures.map(rowOf)])}`);
  return figures.every(isMet);
}
