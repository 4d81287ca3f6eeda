import { emptyBits } from '../../batch/done-bits.ts'
import type { BatchView } from '../../storage/tenant.ts'
import { ApiError } from '../errors.ts'

/** What of a batch its reader has: whole shards, and of some shards the positions. */
export interface CompletionCursor {
  readonly shards: Uint8Array
  readonly parts: ReadonlyMap<number, Uint8Array>
}

/** A cursor names so many shards in part: each takes 180 characters, and all of them stand in one address. */
export const PARTS_MAX = 32
const PART_BYTES_MAX = 1_024

/** What a cursor is for. */
type Delivered = Pick<BatchView, 'id' | 'shards'>

export const firstCursor = ({ shards }: Delivered): CompletionCursor => ({
  shards: emptyBits(shards),
  parts: new Map(),
})

export const encodeCursor = ({ id }: Delivered, { shards, parts }: CompletionCursor): string => {
  const texts = [...parts].map(([number, bits]) => `${number}.${base64(bits)}`)
  return [id, base64(shards), ...texts].join('~')
}

export const decodeCursor = (text: string, { id, shards }: Delivered): CompletionCursor => {
  const [batch, whole = '', ...texts] = text.split('~')
  const delivered = bytesOf(whole)
  // That of another batch would pass over what was never delivered.
  if (batch !== id || delivered?.length !== emptyBits(shards).length || texts.length > PARTS_MAX) {
    throw badCursor()
  }
  const parts = new Map<number, Uint8Array>()
  for (const part of texts) {
    const [, number, bits] = /^(\d{1,7})\.([\w-]+)$/.exec(part) ?? []
    const positions = bytesOf(bits ?? '')
    if (!positions || positions.length > PART_BYTES_MAX || !(Number(number) < shards)) throw badCursor()
    parts.set(Number(number), positions)
  }
  return { shards: delivered, parts }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')

const bytesOf = (text: string): Uint8Array | undefined =>
  /^[\w-]{0,20000}$/.test(text) ? new Uint8Array(Buffer.from(text, 'base64url')) : undefined

const badCursor = (): ApiError =>
  new ApiError('invalid_value', '"cursor" must be the "next_cursor" of an earlier answer for this batch', {
    field: 'cursor',
  })
