import { createHash, type Hash } from 'node:crypto'
import type { Config } from '../../config/config.ts'
import type { DocumentContents } from '../../intake/anthropic/document-contents.ts'
import { MESSAGES_ENDPOINT } from '../../intake/anthropic/document-reader.ts'
import type { SharedHeaders } from '../../intake/anthropic/template.ts'
import { translatedWays } from '../../intake/request-losses.ts'
import type { BlobWriter } from '../../storage/blobs/blobs.ts'
import type { NewShard } from '../../storage/shards.ts'
import { atMost } from '../at-most.ts'
import type { ServerContext } from '../context.ts'
import { ApiError } from '../errors.ts'
import { storeWhileReading } from '../store-while-reading.ts'

export interface TakenDocument {
  readonly contents: DocumentContents
  readonly shards: readonly NewShard[]
  readonly bodySha256: string
  /** Committed: whoever does not make a batch of it removes it. */
  readonly blobName: string
}

export interface DocumentOrder {
  readonly body: AsyncIterable<Buffer>
  readonly blobName: string
  readonly config: Config
  readonly callerHeaders: SharedHeaders
}

/**
 * Takes in the document of one create: its bytes go to a blob as they come, its requests are checked and cut into
 * shards in the same pass, on the intake thread. Where this rejects, nothing of it stays.
 */
export const takeDocument = async (
  context: ServerContext,
  { body, blobName, config, callerHeaders: headers }: DocumentOrder,
): Promise<TakenDocument> => {
  const { blobs, random, readings } = context
  const limits = { ...config.intake, ...config.messageBatches }
  const sha256 = createHash('sha256')
  const source = hashed(
    atMost(body, limits.bytesMax, () => tooLarge(limits.bytesMax)),
    sha256,
  )
  const writer = await blobs.create(blobName)
  const models = new Set(config.deployments.map(({ model }) => model))
  const ways = translatedWays(models, [MESSAGES_ENDPOINT], context.wayOf(config))
  const reading = readings.openDocument({ limits, seeds: [random.next(), random.next()], ways, headers })
  const shards: NewShard[] = []
  const read = async (block: Buffer): Promise<void> => {
    shards.push(...(await reading.push(block)))
  }
  try {
    await storeWhileReading(source, { writer, read })
    await writer.commit()
    const found = await reading.end((start, length) => blobs.read(blobName, start, length))
    shards.push(...found.shards)
    return { contents: found.contents, shards, bodySha256: sha256.digest('hex'), blobName }
  } catch (error) {
    reading.drop()
    // The disk is away; what stays is swept at the next start.
    await drop(writer, () => blobs.remove(blobName)).catch((fault) => context.onFault(fault, blobName))
    throw error
  }
}

const drop = async (writer: BlobWriter, remove: () => Promise<void>): Promise<void> => {
  await writer.abort()
  await remove()
}

/** Piece by piece as it comes, and no megabyte at once: the loop has others to serve. */
async function* hashed(source: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    hash.update(chunk)
    yield chunk
  }
}

const tooLarge = (bytesMax: number): ApiError =>
  new ApiError('too_large', `The body must not exceed ${bytesMax} bytes; send several batches.`, {
    max_bytes: bytesMax,
  })
