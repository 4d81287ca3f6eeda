import type { Row } from '../row.ts'

export const anthropicCreateMemory: Row = {
  name: 'anthropic-create-memory',
  what: 'peak resident size, that create ÷ one of 1,000 requests',
  unit: '÷',
  course: 'fileQueue',
  runners: ['create100k', 'create1k'],
  value: (read) => read('create100k', 'peakMb') / read('create1k', 'peakMb'),
  better: 'less',
  bar: 1.5,
  aim: 1.2,
}
