import type { Row } from '../row.ts'

export const durableRate200ms: Row = {
  name: 'durable-rate-200ms',
  what: 'the same at 200 ms latency, 1,000 in flight ÷ bare loop',
  unit: '÷',
  course: 'latency200',
  runners: ['gateway', 'bareLoop'],
  value: (read) => read('gateway', 'rate') / read('bareLoop', 'rate'),
  better: 'more',
  bar: 0.95,
  aim: 1,
}
