import type { Row } from '../row.ts'

export const fileMemory: Row = {
  name: 'file-memory',
  what: 'peak resident size, one file of 1,000,000 requests ÷ 100,000',
  unit: '÷',
  course: 'fileQueue',
  runners: ['file1m', 'file100k'],
  value: (read) => read('file1m', 'peakMb') / read('file100k', 'peakMb'),
  better: 'less',
  bar: 1.25,
  aim: 1.1,
}
