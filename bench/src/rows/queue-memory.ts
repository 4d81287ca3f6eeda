import type { Row } from '../row.ts'

export const queueMemory: Row = {
  name: 'queue-memory',
  what: 'peak resident size, 200,000 requests queued ÷ 20,000',
  unit: '÷',
  course: 'queue',
  runners: ['queue200k', 'queue20k'],
  value: (read) => read('queue200k', 'peakMb') / read('queue20k', 'peakMb'),
  better: 'less',
  bar: 1.25,
  aim: 1.1,
}
