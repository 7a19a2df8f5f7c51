// Reads the Prometheus text format back.

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/** Samples of one metric, histograms with their _count and _sum. */
export function samplesOf(text: string, name: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const match = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (match === null || match[1] !== name) return [];
    const labels = [...(match[2] ?? '').matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, value]) => [label, value]);
    return [{ name, labels: Object.fromEntries(labels) as Record<string, string>, value: Number(match[3]) }];
  });
}

/** Sum over the samples that carry all the given labels. */
export function sumOf(text: string, name: string, labels: Record<string, string> = {}): number {
  return samplesOf(text, name)
    .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}
