import type { Hash } from 'node:crypto'
import { blocksOf } from '../../intake/file/blocks.ts'
import type { FileContents } from '../../intake/file/contents.ts'
import { encodeContents } from '../../intake/file/contents.ts'
import { FileReader } from '../../intake/file/file-reader.ts'
import { Fingerprint } from '../../intake/file/fingerprint.ts'
import type { BlobWriter } from '../../storage/blobs/blobs.ts'
import type { TenantStore } from '../../storage/tenant.ts'
import type { FileView } from '../../storage/tenant-files.ts'
import type { ServerContext } from '../context.ts'
import { ApiError } from '../errors.ts'

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
  readonly sha256: string
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
    const { blobs, random } = this.#context
    const { files, intake } = this.#context.config()
    const full = this.#context.noRoom()
    if (full) throw new ApiError('disk_full', full.message)
    await this.#store.beginFile({ id: this.id, apiKey: this.#apiKey, blob: this.#blob })
    const writer = await blobs.create(this.#blob)
    this.#writer = writer
    const reader = readLines ? new FileReader({ ...intake, ...files }, random) : undefined
    const fingerprint = new Fingerprint()
    let bytes = 0
    /** Of the block before: it is written and digested by other threads while this one reads the next. */
    let stored: Promise<unknown> = Promise.resolve()
    for await (const block of blocksOf(source, BLOCK_BYTES)) {
      bytes += block.length
      if (bytes > files.bytesMax) throw tooLarge(files.bytesMax)
      await stored
      stored = Promise.all([writer.write(block), fingerprint.add(block)])
      // It is awaited at the next turn; where this turn fails, that failure is the one to tell.
      stored.catch(() => undefined)
      md5?.update(block)
      reader?.push(block)
      await this.#storeShards(reader)
    }
    await stored
    await writer.commit()
    const contents = await reader?.end((start, length) => blobs.read(this.#blob, start, length))
    await this.#storeShards(reader)
    this.#taken = { bytes, sha256: await fingerprint.hex(), contents }
  }

  /** The file is there from here on; or the one that an earlier upload of the same bytes made. */
  async finish({ purpose, filename, expiresMs, again }: FileDetails): Promise<FileView> {
    const taken = this.#taken
    if (!taken) throw new Error(`${this.id} was not taken in`)
    const { bytes, sha256 } = taken
    const contents = purpose === 'batch' ? taken.contents : undefined
    const view = await this.#store.endFile(this.id, {
      purpose,
      filename,
      bytes,
      sha256,
      contents: contents ? encodeContents(contents) : null,
      dropShards: !contents || contents.faultsTotal > 0,
      expiresMs,
      again,
    })
    if (view.id !== this.id) await this.#removeBlob()
    return view
  }

  /** After any failure; safe to call where nothing was begun. */
  async drop(): Promise<void> {
    try {
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

  async #storeShards(reader: FileReader | undefined): Promise<void> {
    const shards = reader?.takeShards() ?? []
    if (shards.length > 0) await this.#store.addFileShards(this.id, shards)
  }
}

/** The loop reads one without a pause: 2 ms for short lines. */
const BLOCK_BYTES = 262_144

const tooLarge = (bytesMax: number): ApiError =>
  new ApiError('file_too_large', `File is too large. It may have ${bytesMax} bytes.`)
