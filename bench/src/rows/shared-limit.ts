import type { Row } from '../row.ts'

export const sharedLimit: Row = {
  name: 'shared-limit',
  what: 'batch rate while interactive calls take half of the limit ÷ half of the rate alone',
  unit: '÷',
  course: 'shared',
  runners: ['batchAlone', 'batchBesideCalls'],
  value: (read) => read('batchBesideCalls', 'rate') / (read('batchAlone', 'rate') / 2),
  better: 'more',
  bar: 0.9,
  aim: 0.98,
}
