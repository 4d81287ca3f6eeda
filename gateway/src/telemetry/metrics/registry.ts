import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { Durations } from './durations.ts'
import type { MetricGroup, MetricRow, Sample } from './metric.ts'

export interface Exposition {
  readonly contentType: string
  readonly text: string
}

/** Reads every row of the table when it is asked, and says it in the words of Prometheus. */
export const exposition = async <Sources>(
  groups: readonly MetricGroup<Sources>[],
  sources: Sources,
): Promise<Exposition> => {
  const registry = new Registry()
  for (const { rows } of groups) for (const row of rows) register(registry, row, row.read(sources))
  return { contentType: registry.contentType, text: await registry.metrics() }
}

const register = <Sources>(registry: Registry, row: MetricRow<Sources>, samples: readonly Sample[]): void => {
  const config = {
    name: row.name,
    help: row.means,
    labelNames: Object.keys(row.labels),
    registers: [registry],
  }
  if (row.type === 'histogram') {
    new CountedHistogram(config, samples)
    return
  }
  const metric = row.type === 'counter' ? new Counter(config) : new Gauge(config)
  // Without labels it starts with a sample of its own, also where there is none to tell.
  if (config.labelNames.length === 0) metric.remove()
  for (const { labels = {}, value } of samples) {
    if (typeof value === 'number') metric.inc(labels, value)
  }
}

interface Config {
  readonly name: string
  readonly help: string
  readonly labelNames: string[]
  readonly registers: Registry[]
}

/** The library's histogram, with figures that were counted elsewhere in place of its own. */
class CountedHistogram extends Histogram {
  readonly #name: string
  readonly #empty: Histogram
  readonly #samples: readonly Sample[]

  constructor(config: Config, samples: readonly Sample[]) {
    super(config)
    this.#name = config.name
    this.#empty = new Histogram({ ...config, registers: [] })
    this.#samples = samples
  }

  override async get(): ReturnType<Histogram['get']> {
    return { ...(await this.#empty.get()), values: this.#samples.flatMap((each) => this.#valuesOf(each)) }
  }

  /** What the library calls in place of `get` where it writes text. */
  getForPromString(): ReturnType<Histogram['get']> {
    return this.get()
  }

  #valuesOf({
    labels = {},
    value,
  }: Sample): Array<{ metricName: string; labels: Record<string, string>; value: number }> {
    if (!(value instanceof Durations)) return []
    let count = 0
    const buckets = [...value.bounds, '+Inf'].map((bound, at) => {
      count += value.counts[at] ?? 0
      return { metricName: `${this.#name}_bucket`, labels: { ...labels, le: String(bound) }, value: count }
    })
    return [
      ...buckets,
      { metricName: `${this.#name}_sum`, labels, value: value.sumSeconds },
      { metricName: `${this.#name}_count`, labels, value: count },
    ]
  }
}
