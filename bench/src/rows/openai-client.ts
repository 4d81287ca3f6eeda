import type { Row } from '../row.ts'

export const openaiClient: Row = {
  name: 'openai-client',
  what: 'against the openai client + p-limit, 256 in flight',
  unit: '×',
  course: 'fullRate',
  runners: ['gateway', 'openaiLoop'],
  value: (read) => read('gateway', 'rate') / read('openaiLoop', 'rate'),
  better: 'more',
  bar: 4,
  aim: 6,
}
