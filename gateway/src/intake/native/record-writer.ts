import type { IndexEntry } from '../../batch/index-codec.ts'
import type { Blobs, BlobWriter } from '../../storage/blobs/blobs.ts'

const BLOCK_BYTES = 262_144
const SPACE = 0x20
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d

/**
 * Writes a batch's requests into its blob, one a line: `"<custom_id>" <fragment>`. The blob is made with
 * the first full block, so that a body that is refused early never touches the disk.
 */
export class RecordWriter {
  readonly #blobs: Pick<Blobs, 'create'>
  readonly #name: string
  #writer: BlobWriter | undefined
  #full: Buffer[] = []
  #block = Buffer.alloc(0)
  #used = 0
  /** Bytes of the blob before the current block. */
  #before = 0
  #committed = false

  constructor(blobs: Pick<Blobs, 'create'>, name: string) {
    this.#blobs = blobs
    this.#name = name
  }

  get bytes(): number {
    return this.#before + this.#used
  }

  /** A block is full: `flush` before more is added. */
  get isFull(): boolean {
    return this.#full.length > 0
  }

  add(
    id: Buffer,
    fragment: readonly Buffer[],
  ): Pick<IndexEntry, 'idStart' | 'idLength' | 'bodyStart' | 'bodyLength'> {
    const bodyLength = fragment.reduce((sum, piece) => sum + piece.length, 0)
    this.#reserve(id.length + bodyLength + 2)
    const idStart = this.bytes
    this.#copy(id)
    this.#put(SPACE)
    const bodyStart = this.bytes
    const blockStart = this.#used
    for (const piece of fragment) this.#copy(piece)
    onOneLine(this.#block.subarray(blockStart, this.#used))
    this.#put(LINE_FEED)
    return { idStart, idLength: id.length, bodyStart, bodyLength }
  }

  async flush(): Promise<void> {
    if (this.#full.length === 0) return
    const blocks = this.#full
    this.#full = []
    this.#writer ??= await this.#blobs.create(this.#name)
    for (const block of blocks) await this.#writer.write(block)
  }

  /** Resolves once everything that was added is durable. */
  async commit(): Promise<void> {
    this.#closeBlock()
    await this.flush()
    this.#writer ??= await this.#blobs.create(this.#name)
    await this.#writer.commit()
    this.#committed = true
  }

  /** Drops everything, unless it was committed. */
  async abort(): Promise<void> {
    if (this.#committed) return
    const writer = this.#writer
    this.#writer = undefined
    this.#full = []
    this.#used = 0
    await writer?.abort()
  }

  #reserve(length: number): void {
    if (this.#used + length <= this.#block.length) return
    this.#closeBlock()
    this.#block = Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, length))
  }

  #closeBlock(): void {
    if (this.#used > 0) this.#full.push(this.#block.subarray(0, this.#used))
    this.#before += this.#used
    this.#used = 0
    this.#block = Buffer.alloc(0)
  }

  #copy(piece: Buffer): void {
    this.#block.set(piece, this.#used)
    this.#used += piece.length
  }

  #put(byte: number): void {
    this.#block[this.#used] = byte
    this.#used += 1
  }
}

/** In valid JSON these two bytes are white space: within a string they must be escaped. */
const onOneLine = (bytes: Buffer): void => {
  for (const byte of [LINE_FEED, CARRIAGE_RETURN]) {
    for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) bytes[at] = SPACE
  }
}
