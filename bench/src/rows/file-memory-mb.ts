import type { Row } from '../row.ts'

export const fileMemoryMb: Row = {
  name: 'file-memory-mb',
  what: 'peak resident size, one file of 1,000,000 requests',
  unit: 'MB',
  course: 'fileQueue',
  runners: ['file1m'],
  value: (read) => read('file1m', 'peakMb'),
  better: 'less',
  bar: 350,
}
