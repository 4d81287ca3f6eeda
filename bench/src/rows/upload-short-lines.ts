import type { Row } from '../row.ts'

export const uploadShortLines: Row = {
  name: 'upload-short-lines',
  what: 'the same, 500,000 lines of 400 B ÷ splitting + JSON.parse',
  unit: '÷',
  course: 'shortLines',
  runners: ['uploadShortLines', 'parseShortLines'],
  value: (read) => read('uploadShortLines', 'mbPerSecond') / read('parseShortLines', 'mbPerSecond'),
  better: 'more',
  bar: 0.3,
  aim: 0.45,
}
