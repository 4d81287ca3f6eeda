import type { Row } from '../row.ts'

export const queueMemoryMb: Row = {
  name: 'queue-memory-mb',
  what: 'peak resident size, 200,000 requests queued',
  unit: 'MB',
  course: 'queue',
  runners: ['queue200k'],
  value: (read) => read('queue200k', 'peakMb'),
  better: 'less',
  bar: 300,
}
