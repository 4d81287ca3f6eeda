import { type Command, Option } from 'commander'
import type { ServeOptions } from '../command-options.ts'
import { port, wholeNumber } from '../option-values.ts'
import { dataOption } from './shared-options.ts'

/** What has no default here has it in the configuration file, which a flag wins over. */
export const addServe = (program: Command) =>
  program
    .command('serve')
    .description('Start the gateway; it is ready when it prints its address.')
    .option(
      '--config <file>',
      'the configuration; default: sheepfold.yaml of this folder, where there is one',
    )
    .option('--no-config', 'no file, also where there is one')
    .addOption(dataOption())
    .option('--host <address>', 'address to listen on; default: 127.0.0.1')
    .option('--port <n>', 'port to listen on, 0 takes a free one; default: 8787', port)
    .addOption(
      new Option('--role <role>', 'what this process does').choices(['all', 'api', 'worker']).default('all'),
    )
    .option('--drain <seconds>', 'at SIGTERM, time for calls in flight; default: 10', wholeNumber(0, 86_400))
    .option('--simulate', 'put the simulator behind every model: no provider account is needed')
    .addHelpText(
      'after',
      '\nSIGHUP reads the configuration again; docs/configuration.md says what it changes.',
    )
    .action(async (options: ServeOptions) => (await import('../serve.ts')).serve(options))
