import type { Row } from '../row.ts'

export const rowsFullRate: Row = {
  name: 'rows-full-rate',
  what: 'database rows written per 1,000 requests at full rate',
  unit: 'rows',
  course: 'fullRate',
  runners: ['gateway'],
  value: (read) => read('gateway', 'rowsPerThousand'),
  better: 'less',
  bar: 60,
  aim: 30,
}
