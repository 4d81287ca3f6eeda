import { type Command, Option } from 'commander'
import type { CheckConfigOptions, InitConfigOptions, ShowConfigOptions } from '../command-options.ts'
import { endWith, jsonOption } from './shared-options.ts'

export const addConfig = (program: Command) => {
  const config = program.command('config').description('Write, check and show the configuration file.')
  config
    .command('check [file]')
    .description('Find everything that is wrong with a file, by default sheepfold.yaml; ends with 0 or 1.')
    .addOption(new Option('--no-keys', 'do not ask that the variables that hold keys are set'))
    .action(async (file: string | undefined, options: CheckConfigOptions) =>
      endWith((await import('../config/check.ts')).checkConfig(file, options)),
    )
  config
    .command('show [file]')
    .description('Print the effective configuration with its defaults filled in, never a key.')
    .addOption(jsonOption())
    .action(async (file: string | undefined, options: ShowConfigOptions) =>
      (await import('../config/show.ts')).showConfig(file, options),
    )
  config
    .command('init [file]')
    .description('Write a commented file to start from, and its schema for editors beside it.')
    .option('--force', 'overwrite a file that is there')
    .action(async (file: string | undefined, options: InitConfigOptions) =>
      (await import('../config/init.ts')).initConfig(file, options),
    )
  config
    .command('schema')
    .description('Print the JSON schema of the file, for editors.')
    .action(async () => (await import('../config/init.ts')).printSchema())
}
