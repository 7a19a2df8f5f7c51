// Counters and histograms for what every request touches: plain numbers until somebody scrapes, and in prom-client's form
// then. Its own children, which look up, check and copy, cost a request as much as everything else that is told of it.

/** The part of prom-client's Registry that matters here. It takes whatever answers these two calls. */
interface MetricRegistry {
  registerMetric(metric: { get(): Promise<unknown>; reset(): void }): void;
}

/** One line of the text form. */
interface Sample {
  metricName: string;
  labels: Readonly<Record<string, string | number>>;
  value: number;
}

interface TallyOptions<L extends string> {
  name: string;
  help: string;
  labelNames: readonly L[];
  registry: MetricRegistry;
}

type Labels<L extends string> = Readonly<Record<L, string>>;

abstract class Tally<L extends string, Child> {
  readonly name: string;
  readonly help: string;
  readonly #labelNames: readonly L[];
  readonly #children = new Map<string, { labels: Labels<L>; child: Child }>();

  constructor({ name, help, labelNames, registry }: TallyOptions<L>) {
    this.name = name;
    this.help = help;
    this.#labelNames = labelNames;
    registry.registerMetric(this);
  }

  /** The child with these labels, the same one each time: keep it instead of asking again. */
  labels(labels: Labels<L>): Child {
    const id = this.#idOf(labels);
    let entry = this.#children.get(id);
    if (entry === undefined) {
      const own = Object.fromEntries(this.#labelNames.map((name) => [name, labels[name]])) as Labels<L>;
      this.#children.set(id, (entry = { labels: own, child: this.createChild() }));
    }
    return entry.child;
  }

  remove(labels: Labels<L>): void {
    this.#children.delete(this.#idOf(labels));
  }

  reset(): void {
    this.#children.clear();
  }

  /** Called by the registry at each scrape. */
  get(): Promise<{ name: string; help: string; type: 'counter' | 'histogram'; aggregator: 'sum'; values: Sample[] }> {
    const values = [...this.#children.values()].flatMap(({ labels, child }) => this.valuesOf(child, labels));
    return Promise.resolve({ name: this.name, help: this.help, type: this.type, aggregator: 'sum', values });
  }

  #idOf(labels: Labels<L>): string {
    return JSON.stringify(this.#labelNames.map((name) => labels[name]));
  }

  /** As the registry writes it. */
  abstract readonly type: 'counter' | 'histogram';
  protected abstract createChild(): Child;
  protected abstract valuesOf(child: Child, labels: Labels<L>): Sample[];
}

class CounterChild {
  value = 0;

  /** `by` must not be negative. */
  inc(by = 1): void {
    this.value += by;
  }
}

export class TallyCounter<L extends string> extends Tally<L, CounterChild> {
  readonly type = 'counter';

  protected createChild(): CounterChild {
    return new CounterChild();
  }

  protected valuesOf({ value }: CounterChild, labels: Labels<L>): Sample[] {
    return [{ metricName: this.name, labels, value }];
  }
}

class HistogramChild {
  readonly #bounds: readonly number[];
  /** How many values fell under each bound and over the one before; the last are those over all bounds. */
  readonly counts: number[];
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  observe(value: number): void {
    let index = 0;
    while (index < this.#bounds.length && value > this.#bounds[index]!) index++;
    this.counts[index]!++;
    this.sum += value;
  }
}

export class TallyHistogram<L extends string> extends Tally<L, HistogramChild> {
  readonly type = 'histogram';
  readonly #bounds: readonly number[];

  /** `buckets`: upper bounds, ascending, without +Inf. */
  constructor(options: TallyOptions<L> & { buckets: readonly number[] }) {
    super(options);
    this.#bounds = options.buckets;
  }

  protected createChild(): HistogramChild {
    return new HistogramChild(this.#bounds);
  }

  protected valuesOf({ counts, sum }: HistogramChild, labels: Labels<L>): Sample[] {
    let total = 0;
    const buckets = counts.map((count, index) => {
      total += count;
      return { metricName: `${this.name}_bucket`, labels: { ...labels, le: this.#bounds[index] ?? '+Inf' }, value: total };
    });
    return [...buckets, { metricName: `${this.name}_sum`, labels, value: sum }, { metricName: `${this.name}_count`, labels, value: total }];
  }
}
