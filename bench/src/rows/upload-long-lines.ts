import type { Row } from '../row.ts'

export const uploadLongLines: Row = {
  name: 'upload-long-lines',
  what: 'uploads of 200 MB, 50,000 lines of 4 KB: checked, unique, durable ÷ splitting + JSON.parse',
  unit: '÷',
  course: 'longLines',
  runners: ['uploadLongLines', 'parseLongLines'],
  value: (read) => read('uploadLongLines', 'mbPerSecond') / read('parseLongLines', 'mbPerSecond'),
  better: 'more',
  bar: 0.4,
  aim: 0.47,
}
