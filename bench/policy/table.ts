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

export type State = 'met' | 'kept' | 'missed' | 'trained on' | 'unmeasured';

/** What a row comes to. `kept`: it keeps to bounds that are looser than what is asked for. */
export function stateOf(outcome: Outcome): State {
  const { figures } = outcome;
  if (figures === undefined) return 'unmeasured';
  if (isMissed(outcome)) return 'missed';
  if (figures.some(({ trainedOn }) => trainedOn !== undefined)) return 'trained on';
  return figures.some(({ regression }) => regression !== undefined) ? 'kept' : 'met';
}

/** Numbers of rows. */
export function summaryOf(outcomes: readonly Outcome[]): Record<State, number> {
  const count = { met: 0, kept: 0, missed: 0, 'trained on': 0, unmeasured: 0 };
  for (const outcome of outcomes) count[stateOf(outcome)]++;
  return count;
}

const write = (value: number, unit: Figure['unit']): string => (unit === 'count' ? String(value) : `${(100 * value).toFixed(2)} %`);

function targetOf({ least, most, unit, regression }: Figure): string {
  if (least === undefined && most === undefined) return '';
  const lower = least === undefined ? [] : [`>= ${write(least, unit)}`];
  const upper = most === undefined ? [] : [`<= ${write(most, unit)}`];
  const bounds = [...lower, ...upper].join(', ');
  if (regression === undefined) return bounds;
  return `${bounds} (regression bound${regression.aim === undefined ? '' : `; the target is ${regression.aim}`})`;
}

function outcomeOf(figure: Figure): string {
  if (targetOf(figure) === '') return '';
  if (!isMet(figure)) return 'MISSED';
  if (figure.trainedOn !== undefined) {
    const { crossValidated } = figure.trainedOn;
    return `trained on${crossValidated === undefined ? '' : `; cross-validated: ${crossValidated}`}`;
  }
  return figure.regression === undefined ? 'met' : 'bound kept';
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
      outcomeOf(figure),
    ]);
  });
  const cells = [['row', 'figure', 'value', 'target', 'outcome'], ['---', '---', '---', '---', '---'], ...lines];
  return cells.map((line) => `| ${line.join(' | ')} |`).join('\n');
}
