import type { Command } from 'commander'
import type { DemoOptions } from '../command-options.ts'
import { endWith } from './shared-options.ts'

export const addDemo = (program: Command) =>
  program
    .command('demo')
    .description('A nightly job of 6,000 real texts through a gateway of its own, with simulated providers.')
    .option('--out <dir>', 'where the results go', 'demo-results')
    .action(async (options: DemoOptions) => endWith(await (await import('../demo/demo.ts')).demo(options)))
