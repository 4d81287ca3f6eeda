import type { Row } from '../row.ts'

export const smallAccount: Row = {
  name: 'small-account',
  what: "a small account's 100 requests, while another has 1,000,000 queued ÷ alone",
  unit: '÷',
  course: 'accounts',
  runners: ['smallAlone', 'smallBesideLarge'],
  value: (read) => read('smallBesideLarge', 'seconds') / read('smallAlone', 'seconds'),
  better: 'less',
  bar: 2,
  aim: 1.2,
}
