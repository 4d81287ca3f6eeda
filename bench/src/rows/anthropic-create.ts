import type { Row } from '../row.ts'

export const anthropicCreate: Row = {
  name: 'anthropic-create',
  what: '100,000 requests in one create of 256 MB, durable ÷ JSON.parse of the document',
  unit: '÷',
  course: 'document',
  runners: ['createDocument', 'parseDocument'],
  value: (read) => read('createDocument', 'mbPerSecond') / read('parseDocument', 'mbPerSecond'),
  better: 'more',
  bar: 0.4,
  aim: 0.6,
}
