import type { Command } from 'commander'
import type { DataOptions } from '../command-options.ts'
import { dataOption, endWith, jsonOption } from './shared-options.ts'

export const addAudit = (program: Command) =>
  program
    .command('audit')
    .description('Prove that the books are right.')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (options: DataOptions) => endWith(await (await import('../audit.ts')).audit(options)))
