import type { Hash } from 'node:crypto'
import { encodeContents, type FileContents } from '../../intake/file/contents.ts'
import { BATCH_ENDPOINTS } from '../../intake/file/endpoints.ts'
import { translatedWays } from '../../intake/request-losses.ts'
import type { Reading } from '../../intake/thread/client.ts'
import type { FileFound } from '../../intake/thread/protocol.ts'
import type { Blobs, BlobWriter } from '../../storage/blobs/blobs.ts'
import type { NewShard } from '../../storage/shards.ts'
import type { TenantStore } from '../../storage/tenant.ts'
import type { FileView } from '../../storage/tenant-files.ts'
import { atMost } from '../at-most.ts'
import type { ServerContext } from '../context.ts'
import { ApiError } from '../errors.ts'
import { storeWhileReading } from '../store-while-reading.ts'
import { openReading } from './read-losses.ts'

/** What is known of a file once all of it has come. */
export interface FileDetails {
  readonly purpose: string
  readonly filename: string
  /** From its creation; null: it is kept. */
  readonly expiresMs: number | null
  /** The client library says that it sends this upload again. */
  readonly again: boolean
}

interface Taken {
  readonly bytes: number
  /** Undefined where no batches can be made of it. */
  readonly contents: FileContents | undefined
}

/**
 * A file on its way in: its bytes go to the blobs as they come, its lines are checked and cut into shards in
 * the same pass. Nobody sees it before `finish`, and unless that is reached `drop` removes every trace.
 */
export class FileDraft {
  readonly id: string
  readonly #context: ServerContext
  readonly #store: TenantStore
  readonly #apiKey: string
  #writer: BlobWriter | undefined
  #reading: Reading<FileFound> | undefined
  #taken: Taken | undefined

  constructor(context: ServerContext, { account, apiKey }: { account: string; apiKey: string }) {
    this.id = context.ids.next('file-')
    this.#context = context
    this.#store = context.tenant(account)
    this.#apiKey = apiKey
  }

  /** Takes all of it. `readLines`: batches may be made of it. */
  async take(
    source: AsyncIterable<Buffer>,
    { readLines, md5 }: { readLines: boolean; md5?: Hash },
  ): Promise<void> {
    const { blobs } = this.#context
    const { files } = this.#context.config()
    const full = this.#context.noRoom()
    if (full) throw new ApiError('disk_full', full.message)
    await this.#store.beginFile({ id: this.id, apiKey: this.#apiKey, blob: this.#blob })
    this.#writer = await blobs.create(this.#blob)
    if (readLines) this.#reading = this.#openReading()
    const length = await storeWhileReading(
      atMost(source, files.bytesMax, () => tooLarge(files.bytesMax)),
      {
        writer: this.#writer,
        read: (block) => {
          md5?.update(block)
          return this.#readBlock(block)
        },
      },
    )
    await this.#writer.commit()
    const found = await this.#reading?.end((start, count) => blobs.read(this.#blob, start, count))
    await this.#storeShards(found?.shards ?? [])
    this.#taken = { bytes: length, contents: found?.contents }
  }

  /** The file is there from here on; or the one that an earlier upload of the same bytes made. */
  async finish({ purpose, filename, expiresMs, again }: FileDetails): Promise<FileView> {
    const taken = this.#taken
    if (!taken) throw new Error(`${this.id} was not taken in`)
    const { bytes } = taken
    const earlier = again ? await this.#sameFile({ purpose, filename, bytes }) : undefined
    if (earlier) {
      await this.drop()
      return earlier
    }
    const contents = purpose === 'batch' ? taken.contents : undefined
    return this.#store.endFile(this.id, {
      purpose,
      filename,
      bytes,
      contents: contents ? encodeContents(contents) : null,
      dropShards: !contents || contents.faultsTotal > 0,
      expiresMs,
    })
  }

  /** One that was uploaded before and has the very bytes of this one. */
  async #sameFile(said: { purpose: string; filename: string; bytes: number }): Promise<FileView | undefined> {
    for (const file of await this.#store.uploadedLately({ ...said, apiKey: this.#apiKey })) {
      if (file.blob && (await haveSameBytes(this.#context.blobs, this.#blob, file.blob, said.bytes)))
        return file
    }
    return undefined
  }

  /** After any failure; safe to call where nothing was begun. */
  async drop(): Promise<void> {
    try {
      this.#reading?.drop()
      await this.#writer?.abort()
      await this.#store.dropFile(this.id)
      await this.#removeBlob()
    } catch (error) {
      // The store or the disk is away; what stays is swept at the next start.
      this.#context.onFault(error, this.id)
    }
  }

  get #blob(): string {
    return `files/${this.id}`
  }

  #removeBlob(): Promise<void> {
    return this.#context.blobs.remove(this.#blob)
  }

  #openReading(): Reading<FileFound> {
    const config = this.#context.config()
    const models = new Set(config.deployments.map(({ model }) => model))
    const ways = translatedWays(models, BATCH_ENDPOINTS, this.#context.wayOf(config))
    return openReading(this.#context, config, ways)
  }

  async #readBlock(block: Buffer): Promise<void> {
    await this.#reading?.push(block).then((shards) => this.#storeShards(shards))
  }

  async #storeShards(shards: readonly NewShard[]): Promise<void> {
    if (shards.length > 0) await this.#store.addFileShards(this.id, shards)
  }
}

/** Compared at a time. */
const BLOCK_BYTES = 1_048_576

const haveSameBytes = async (
  blobs: Pick<Blobs, 'read'>,
  left: string,
  right: string,
  length: number,
): Promise<boolean> => {
  for (let at = 0; at < length; at += BLOCK_BYTES) {
    const [one, other] = await Promise.all([
      blobs.read(left, at, BLOCK_BYTES),
      blobs.read(right, at, BLOCK_BYTES),
    ])
    if (!one.equals(other)) return false
  }
  return true
}

const tooLarge = (bytesMax: number): ApiError =>
  new ApiError('file_too_large', `File is too large. It may have ${bytesMax} bytes.`)
