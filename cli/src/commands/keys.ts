import { type Command, Option } from 'commander'
import type { CreateKeyOptions, DataOptions } from '../command-options.ts'
import { commaList, instant, usd, wholeNumber } from '../option-values.ts'
import { dataOption, jsonOption } from './shared-options.ts'

export const addKeys = (program: Command) => {
  const keys = program.command('keys').description('Make, list and revoke keys, beside a running server too.')
  keys
    .command('create')
    .description('Make a key; it is shown this once.')
    .option('--name <name>', 'what it is for')
    .option('--models <a,b>', 'the models that it may use; default: all', commaList)
    .option('--expires <when>', 'for example 30d or 2027-01-31; default: never', instant)
    .option('--account <id>', 'whose it is; default: the first account')
    .option(
      '--requests-per-minute <n>',
      'of ordinary calls; batches queue; default: no limit',
      wholeNumber(1),
    )
    .option(
      '--tokens-per-minute <n>',
      'of ordinary calls, input and output; default: no limit',
      wholeNumber(1),
    )
    .option('--spend-limit <usd>', 'over its life, for calls and batches; default: no limit', usd)
    .addOption(
      new Option('--operator', 'a key for /v1/admin, which opens nothing else').conflicts([
        'account',
        'models',
        'requestsPerMinute',
        'tokensPerMinute',
        'spendLimit',
      ]),
    )
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (options: CreateKeyOptions) => (await import('../keys.ts')).createKey(options))
  keys
    .command('list')
    .description('Show the keys, never their secret part.')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (options: DataOptions) => (await import('../keys.ts')).listKeys(options))
  keys
    .command('revoke <id>')
    .description('Refuse a key from now on; batches that run go on.')
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (id: string, options: DataOptions) => (await import('../keys.ts')).revokeKey(id, options))
}
