import type { Command } from 'commander'
import type { SimulateOptions } from '../command-options.ts'
import { port, wholeNumber } from '../option-values.ts'

export const addSimulate = (program: Command) =>
  program
    .command('simulate')
    .description('Start the simulator of the providers alone, all on one port.')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port to listen on; 0 takes a free one', port, 8788)
    .option('--latency <ms>', 'time to the first byte of each answer', wholeNumber(0))
    .option(
      '--spread <ms>',
      'the latency lies evenly between latency - spread and latency + spread',
      wholeNumber(0),
    )
    .option('--seed <n>', 'what answers, latencies and faults by rate are drawn from', wholeNumber(0))
    .option('--faults <file>', 'JSON: a list of faults, or an object with faults, models, defaults, keys')
    .action(async (options: SimulateOptions) => (await import('../simulate.ts')).simulate(options))
