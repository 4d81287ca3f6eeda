import type { Row } from '../row.ts'

export const callsP99: Row = {
  name: 'calls-p99',
  what: 'P99 of interactive calls, upstream 20 ms, with a batch at full rate ÷ without',
  unit: '÷',
  course: 'callsAndBatch',
  runners: ['callsAlone', 'callsBesideBatch'],
  value: (read) => read('callsBesideBatch', 'p99Ms') / read('callsAlone', 'p99Ms'),
  better: 'less',
  bar: 1.5,
  aim: 1.1,
}
