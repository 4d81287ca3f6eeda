import type { Row } from '../row.ts'

export const download: Row = {
  name: 'download',
  what: 'download of 200 MB of results ÷ sendfile',
  unit: '÷',
  course: 'results',
  runners: ['gatewayDownload', 'sendfileDownload'],
  value: (read) => read('gatewayDownload', 'mbPerSecond') / read('sendfileDownload', 'mbPerSecond'),
  better: 'more',
  bar: 0.5,
  aim: 0.8,
}
