import type { Read, Row } from '../row.ts'

export const addedLatency: Row = {
  name: 'added-latency',
  what: 'latency added at P50, one call at a time ÷ by @portkey-ai/gateway',
  unit: '÷',
  course: 'calls',
  runners: ['oneByOneStraight', 'oneByOneGateway', 'oneByOnePortkey'],
  value: (read) => added(read, 'oneByOneGateway') / added(read, 'oneByOnePortkey'),
  better: 'less',
  bar: 1,
  aim: 0.5,
}

const added = (read: Read, runner: 'oneByOneGateway' | 'oneByOnePortkey'): number =>
  read(runner, 'p50Ms') - read('oneByOneStraight', 'p50Ms')
