import type { Row } from '../row.ts'

export const cpuPerRequest: Row = {
  name: 'cpu-per-request',
  what: 'CPU time per request of the gateway ÷ bare loop',
  unit: '÷',
  course: 'fullRate',
  runners: ['gateway', 'bareLoop'],
  value: (read) => read('gateway', 'cpuUsPerRequest') / read('bareLoop', 'cpuUsPerRequest'),
  better: 'less',
  bar: 1.15,
  aim: 0.8,
}
