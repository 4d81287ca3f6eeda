/** What `/metrics` says, read as Prometheus reads it. */
export interface Exposed {
  /** Metric to type, of all that are announced. */
  readonly types: ReadonlyMap<string, string>
  readonly samples: readonly ExposedSample[]
  /** The sum of a metric's samples that have these labels. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number
}

export interface ExposedSample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export const readExposition = (text: string): Exposed => {
  const types = new Map<string, string>()
  const samples: ExposedSample[] = []
  for (const line of text.split('\n')) {
    const [, announced = '', type = ''] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? []
    if (announced !== '') types.set(announced, type)
    if (line !== '' && !line.startsWith('#')) samples.push(sampleOf(line))
  }
  return {
    types,
    samples,
    sum: (name, labels = {}) =>
      samples
        .filter((sample) => sample.name === name && hasAll(sample.labels, labels))
        .reduce((sum, { value }) => sum + value, 0),
  }
}

const hasAll = (labels: ExposedSample['labels'], wanted: ExposedSample['labels']): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value)

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/

const sampleOf = (line: string): ExposedSample => {
  const [, name, labels = '', value] = SAMPLE.exec(line) ?? []
  if (name === undefined) throw new Error(`no sample of Prometheus: ${line}`)
  const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)]
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, text])),
    value: Number(value),
  }
}
