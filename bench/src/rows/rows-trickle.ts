import type { Row } from '../row.ts'

export const rowsTrickle: Row = {
  name: 'rows-trickle',
  what: 'database rows written per 1,000 requests at 200 requests/s',
  unit: 'rows',
  course: 'trickle',
  runners: ['gateway'],
  value: (read) => read('gateway', 'rowsPerThousand'),
  better: 'less',
  bar: 400,
  aim: 200,
}
