import { closeSync, openSync } from 'node:fs'
import type { AnyBatch, Client } from '@sheepfold/client'
import { clientOf } from '../api-key.ts'
import type { ResultsOptions } from '../command-options.ts'
import { print } from '../report/print.ts'
import { replaceFileBy, writeAll } from '../run/durable.ts'
import { isEnded, statusOf } from './batch-text.ts'
import { followedLines, mergedLines, type ResultTexts, resultLines } from './result-lines.ts'

/** The results of a batch as JSONL, on standard output or in a file. */
export const results = async (id: string, options: ResultsOptions): Promise<void> => {
  const client = clientOf(options, 5)
  const any = await client.batches.show(id)
  const written = await writeLines(linesOf(client, id, any, options), options.out)
  const isPart = !options.follow && !isEnded(statusOf(any))
  const rest = isPart ? '; it still runs, --follow waits for the rest' : ''
  console.error(`${written} results of ${id}${rest}${options.out === undefined ? '' : `: ${options.out}`}`)
}

const linesOf = (
  client: Client,
  id: string,
  any: AnyBatch,
  { merged, follow }: ResultsOptions,
): ResultTexts => {
  if (merged) return mergedLines(client, id)
  return follow ? followedLines(client, id, any) : resultLines(client, any)
}

/** A file is there whole or not at all; standard output has each line as it comes. */
export const writeLines = async (lines: ResultTexts, path: string | undefined): Promise<number> => {
  let written = 0
  const copy = async (put: (text: string) => void | Promise<void>) => {
    for await (const block of lines) {
      if (block.length > 0) await put(`${block.join('\n')}\n`)
      written += block.length
    }
  }
  if (path === undefined) await copy(print)
  else
    await replaceFileBy(path, async (next) => {
      const file = openSync(next, 'w')
      try {
        await copy((text) => writeAll(file, Buffer.from(text)))
      } finally {
        closeSync(file)
      }
    })
  return written
}
