import type { Row } from '../row.ts'

export const oneAfterAnother: Row = {
  name: 'one-after-another',
  what: 'against one call after another at 200 ms',
  unit: '×',
  course: 'latency200',
  runners: ['gateway', 'oneAfterAnother'],
  value: (read) => read('gateway', 'rate') / read('oneAfterAnother', 'rate'),
  better: 'more',
  bar: 800,
}
