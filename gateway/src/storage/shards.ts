import type { OutputPart } from '../batch/output-file.ts'

export interface NewShard {
  readonly number: number
  readonly model: string
  readonly endpoint: string
  readonly count: number
  readonly index: Uint8Array
}

/** 'together': all lines of a shard lie in one segment, in input order. 'apart': success and error each in one. */
export type SegmentLayout = 'together' | 'apart'
export type SegmentPart = OutputPart

export interface SegmentPiece {
  readonly blob: string
  readonly bytes: number
}
