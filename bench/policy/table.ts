// Measures rows and writes the table.
import { isMet, type Figure, type Inputs, type Row } from './rows.ts';

export interface Outcome {
  row: Row;
  /** Undefined: not measured. */
  figures: readonly Figure[] | undefined;
}

export async function measureRows(rows: readonly Row[], inputs: Inputs): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const row of rows) outcomes.push({ row, figures: await row.measure(inputs) });
  return outcomes;
}

export const isMissed = ({ figures }: Outcome): boolean => figures?.some((figure) => !isMet(figure)) === true;

/** Numbers of rows. */
export function summaryOf(outcomes: readonly Outcome[]): { met: number; missed: number; unmeasured: number } {
  const missed = outcomes.filter(isMissed).length;
  const unmeasured = outcomes.filter(({ figures }) => figures === undefined).length;
  return { met: outcomes.length - missed - unmeasured, missed, unmeasured };
}

const write = (value: number, unit: Figure['unit']): string => (unit === 'count' ? String(value) : `${(100 * value).toFixed(2)} %`);

function targetOf({ least, most, unit }: Figure): string {
  if (least === undefined && most === undefined) return '';
  return [least === undefined ? [] : [`>= ${write(least, unit)}`], most === undefined ? [] : [`<= ${write(most, unit)}`]].flat().join(', ');
}

/** One line per figure; a row without figures says what it lacks. */
export function tableOf(outcomes: readonly Outcome[]): string {
  const lines = outcomes.flatMap(({ row, figures }) => {
    if (figures === undefined) return [[row.title, '', '', '', `not measured: needs ${row.needs}`]];
    return figures.map((figure) => [
      row.title,
      figure.name,
      write(figure.value, figure.unit),
      targetOf(figure),
      targetOf(figure) === '' ? '' : isMet(figure) ? 'met' : 'MISSED',
    ]);
  });
  const cells = [['row', 'figure', 'value', 'target', 'outcome'], ['---', '---', '---', '---', '---'], ...lines];
  return cells.map((line) => `| ${line.join(' | ')} |`).join('\n');
}
