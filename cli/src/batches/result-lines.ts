import { setTimeout as pause } from 'node:timers/promises'
import { type AnyBatch, type Client, SheepfoldError } from '@sheepfold/client'
import { readLines } from '../run/input/lines.ts'
import { createSpool } from '../run/input/spool.ts'
import { isEnded, statusOf } from './batch-text.ts'

/** Results as the batch's own dialect writes them, a JSON text each, some at a time. */
export type ResultTexts = AsyncGenerator<readonly string[]>

/** What is there now: of a native batch in input order, of others in the order in which the server has it. */
export async function* resultLines(client: Client, any: AnyBatch): ResultTexts {
  switch (any.dialect) {
    case 'native': {
      const { results } = await client.batches.results(any.batch.batch_id)
      yield results.map((result) => JSON.stringify(result))
      return
    }
    case 'openai': {
      const { output_file_id, error_file_id } = any.batch
      for (const id of [output_file_id, error_file_id])
        if (id !== null) yield* spooledLines(await client.files.content(id))
      return
    }
    case 'anthropic': {
      const { id } = any.batch
      // The lines of a message batch are refused until it has ended.
      if (isEnded(statusOf(any))) yield* spooledLines(await client.batches.messageLines(id))
      else yield* finishedSoFar(client, id)
    }
  }
}

async function* spooledLines(content: AsyncIterable<Uint8Array>): ResultTexts {
  const spool = createSpool()
  try {
    for await (const bytes of content) spool.write(bytes)
    spool.end()
    for await (const lines of readLines(spool.path)) yield lines.map(({ bytes }) => bytes.toString())
  } finally {
    spool.discard()
  }
}

async function* finishedSoFar(client: Client, id: string): ResultTexts {
  let page = await client.batches.finished(id)
  yield page.results.map((line) => JSON.stringify(line))
  while (page.has_more) {
    page = await client.batches.finished(id, { cursor: page.next_cursor })
    yield page.results.map((line) => JSON.stringify(line))
  }
}

export async function* mergedLines(client: Client, id: string): ResultTexts {
  yield (await client.batches.merged(id)).map((line) => JSON.stringify(line))
}

const followEveryMs = 1_000
const lookSeconds = 1

/** As they are finished, until the batch has ended. A server that cannot tell them so gives all at the end. */
export async function* followedLines(client: Client, id: string, first: AnyBatch): ResultTexts {
  let cursor: string | undefined
  for (;;) {
    const page = await finishedPage(client, id, cursor, first)
    if (!page) {
      yield* resultLines(client, await untilEnded(client, id))
      return
    }
    yield page.results.map((line) => JSON.stringify(line))
    if (!page.has_more && isEnded(page.status)) return
    cursor = page.next_cursor
    if (!page.has_more) await lookAgain(client, id)
  }
}

const finishedPage = async (
  client: Client,
  id: string,
  cursor: string | undefined,
  { dialect }: AnyBatch,
) => {
  try {
    return await client.batches.finished(id, cursor === undefined ? {} : { cursor })
  } catch (error) {
    const isUnknown = error instanceof SheepfoldError && error.status === 404 && cursor === undefined
    if (dialect === 'openai' && isUnknown) return undefined
    throw error
  }
}

/** A server with long polls answers when the batch ends; one without is not asked more than once a second. */
const lookAgain = async (client: Client, id: string): Promise<AnyBatch> => {
  const [batch] = await Promise.all([
    client.batches.show(id, { waitSeconds: lookSeconds }),
    pause(followEveryMs),
  ])
  return batch
}

const untilEnded = async (client: Client, id: string): Promise<AnyBatch> => {
  let any = await client.batches.show(id)
  while (!isEnded(statusOf(any))) any = await lookAgain(client, id)
  return any
}
