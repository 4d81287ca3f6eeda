import type { Row } from '../row.ts'

export const callsRate: Row = {
  name: 'calls-rate',
  what: 'real-time calls/s through the gateway, 64 in flight ÷ straight, both by wrk',
  unit: '÷',
  course: 'calls',
  runners: ['wrkGateway', 'wrk'],
  value: (read) => read('wrkGateway', 'rate') / read('wrk', 'rate'),
  better: 'more',
  bar: 0.25,
  aim: 0.4,
}
