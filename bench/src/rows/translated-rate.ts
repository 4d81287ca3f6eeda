import type { Row } from '../row.ts'

export const translatedRate: Row = {
  name: 'translated-rate',
  what: "durable requests/s of a file batch at Anthropic's API, translated ÷ passed through",
  unit: '÷',
  course: 'fileBatches',
  runners: ['translatedBatches', 'passedBatches'],
  value: (read) => read('translatedBatches', 'rate') / read('passedBatches', 'rate'),
  better: 'more',
  bar: 0.6,
  aim: 0.8,
}
