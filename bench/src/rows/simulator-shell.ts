import type { Row } from '../row.ts'

export const simulatorShell: Row = {
  name: 'simulator-shell',
  what: "the simulator's shell alone, driven by wrk ÷ bare loop",
  unit: '÷',
  course: 'fullRate',
  runners: ['wrk', 'bareLoop'],
  value: (read) => read('wrk', 'rate') / read('bareLoop', 'rate'),
  better: 'more',
  bar: 2,
  aim: 3,
}
