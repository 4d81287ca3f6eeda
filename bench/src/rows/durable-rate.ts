import type { Row } from '../row.ts'

export const durableRate: Row = {
  name: 'durable-rate',
  what: 'durable requests/s, submit to last result read, 256 in flight ÷ bare loop',
  unit: '÷',
  course: 'fullRate',
  runners: ['gateway', 'bareLoop'],
  value: (read) => read('gateway', 'rate') / read('bareLoop', 'rate'),
  better: 'more',
  bar: 0.85,
  aim: 1.1,
}
