import { type Command, Option } from 'commander'
import type { ListOptions, RemoteOptions, ResultsOptions, RetryOptions } from '../command-options.ts'
import { wholeNumber } from '../option-values.ts'
import { endWith, jsonOption, withServer } from './shared-options.ts'

export const addBatches = (program: Command) => {
  const batches = program
    .command('batches')
    .description('Look at, follow, stop and repeat the batches of a server.')
  withServer(batches.command('list'))
    .description('The batches of this key, newest first.')
    .option('--limit <n>', 'so many', wholeNumber(1), 20)
    .option('--after <id>', 'those before this one')
    .addOption(jsonOption())
    .action(async (options: ListOptions) => (await import('../batches/list-batches.ts')).listBatches(options))
  withServer(batches.command('show <id>'))
    .description('What the server says of a batch.')
    .addOption(jsonOption())
    .action(async (id: string, options: RemoteOptions) =>
      (await import('../batches/show-batch.ts')).showBatch(id, options),
    )
  withServer(batches.command('watch <id>'))
    .description('Show a batch until it has ended; ends with 2 where not every request succeeded.')
    .addOption(jsonOption())
    .action(async (id: string, options: RemoteOptions) =>
      endWith(await (await import('../batches/watch.ts')).watch(id, options)),
    )
  withServer(batches.command('cancel <id>'))
    .description('Stop a batch; what is finished stays.')
    .addOption(jsonOption())
    .action(async (id: string, options: RemoteOptions) =>
      (await import('../batches/show-batch.ts')).cancelBatch(id, options),
    )
  withServer(batches.command('results <id>'))
    .description('The results of a batch as JSONL, as its dialect writes them.')
    .option('--out <file>', 'default: standard output')
    .addOption(new Option('--follow', 'as they are finished, until the batch has ended').conflicts('merged'))
    .option('--merged', 'of a retry: with the results of the batch that it retries')
    .action(async (id: string, options: ResultsOptions) =>
      (await import('../batches/results.ts')).results(id, options),
    )
  withServer(batches.command('retry <id>'))
    .description('Send the failed and expired requests of an ended batch again, as a batch of their own.')
    .option('--merged', 'wait for it, and give the results of both as JSONL')
    .option('--out <file>', 'of --merged; default: standard output')
    .addOption(jsonOption())
    .action(async (id: string, options: RetryOptions) =>
      endWith(await (await import('../batches/retry.ts')).retry(id, options)),
    )
}
