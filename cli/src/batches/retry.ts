import { clientOf } from '../api-key.ts'
import type { RetryOptions } from '../command-options.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { batchText, idOf } from './batch-text.ts'
import { mergedLines } from './result-lines.ts'
import { writeLines } from './results.ts'
import { watchToEnd } from './watch.ts'

/** Sends again what failed of a batch; with `merged`, waits, and gives the results of both. */
export const retry = async (id: string, options: RetryOptions): Promise<ExitCode> => {
  const client = clientOf(options, 5)
  const made = await client.batches.retry(id)
  if (!options.merged) {
    console.log(options.json ? JSON.stringify(made.batch) : batchText(made))
    return exitCodes.ok
  }
  const retryId = idOf(made)
  console.error(`${retryId} retries what failed of ${id}.`)
  if ((await watchToEnd(client, retryId)) === undefined) {
    console.error(`It goes on at the server; then: sheepfold batches results ${retryId} --merged`)
    return exitCodes.unfinished
  }
  const written = await writeLines(mergedLines(client, retryId), options.out)
  console.error(`${written} results of both${options.out === undefined ? '' : `: ${options.out}`}`)
  return exitCodes.ok
}
