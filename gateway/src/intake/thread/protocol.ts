import type { DocumentContents } from '../anthropic/document-contents.ts'
import type { DocumentLimits } from '../anthropic/document-reader.ts'
import type { FileContents } from '../file/contents.ts'
import type { FileLimits, IntakeLimits } from '../limits.ts'
import type { TranslatedWay } from '../request-losses.ts'
import type { ShardDraft } from '../shard-draft.ts'

/** What one reading is asked to do with what comes in. */
export type ReadingOrder = FileOrder | DocumentOrder

/** A file of requests, one a line. */
export interface FileOrder extends Seeded {
  readonly kind: 'file'
  readonly limits: FileLimits & IntakeLimits
}

/** A document with all requests of a batch, in Anthropic's dialect. */
export interface DocumentOrder extends Seeded {
  readonly kind: 'document'
  readonly limits: DocumentLimits
  /** Of the caller's, which go with each request. */
  readonly headers: Readonly<Record<string, string>>
}

interface Seeded {
  /** Two random numbers in [0, 1), for the keyed hash of ids. */
  readonly seeds: readonly [number, number]
  /** On which of their ways requests are translated: they are checked for what would be lost. */
  readonly ways: readonly TranslatedWay[]
}

/** What was found in all of it. */
export type Found = FileFound | DocumentFound

export interface FileFound extends FoundShards {
  readonly kind: 'file'
  readonly contents: FileContents
}

export interface DocumentFound extends FoundShards {
  readonly kind: 'document'
  readonly contents: DocumentContents
}

interface FoundShards {
  /** Those that were not handed over before. */
  readonly shards: readonly ShardDraft[]
}

/** What crosses to the thread; blocks are shared memory, and are not changed while it has them. */
export type ToThread =
  | { readonly kind: 'open'; readonly id: number; readonly order: ReadingOrder }
  | { readonly kind: 'push'; readonly id: number; readonly block: Uint8Array }
  | { readonly kind: 'end'; readonly id: number }
  | { readonly kind: 'bytes'; readonly id: number; readonly ask: number; readonly bytes: Uint8Array | null }
  | { readonly kind: 'drop'; readonly id: number }

/** What comes back. Blocks of a reading are answered in the order in which they were pushed. */
export type FromThread =
  | { readonly kind: 'pushed'; readonly id: number; readonly shards: readonly ShardDraft[] }
  | { readonly kind: 'ended'; readonly id: number; readonly found: Found }
  | {
      readonly kind: 'read'
      readonly id: number
      readonly ask: number
      readonly start: number
      readonly length: number
    }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
