import type { Row } from '../row.ts'

export const pollingClient: Row = {
  name: 'polling-client',
  what: 'the unchanged polling client, 5,000 documents, upstream at 2 s ± 1 s',
  unit: 'documents/min',
  course: 'thinking',
  runners: ['pollingClient'],
  value: (read) => read('pollingClient', 'rate') * 60,
  better: 'more',
  bar: 2_000,
  aim: 20_000,
}
