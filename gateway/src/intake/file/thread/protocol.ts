import type { FileLimits, IntakeLimits } from '../../limits.ts'
import type { ShardDraft } from '../../shard-draft.ts'
import type { FileContents } from '../contents.ts'

/** What one reading is asked to do with its file. */
export interface ReadingOrder {
  readonly limits: FileLimits & IntakeLimits
  /** Two random numbers in [0, 1), for the keyed hash of ids. */
  readonly seeds: readonly [number, number]
}

/** What was found in a whole file. */
export interface FileFound {
  readonly contents: FileContents
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
  | { readonly kind: 'ended'; readonly id: number; readonly found: FileFound }
  | {
      readonly kind: 'read'
      readonly id: number
      readonly ask: number
      readonly start: number
      readonly length: number
    }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }
