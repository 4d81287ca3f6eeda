import type { Batch, BatchResult, CallOptions, WaitOptions } from '@sheepfold/client'
import type { ChunkRecord } from '../input/scan.ts'

export type ApiName = 'native' | 'openai'

/** How batches are made and read at a server: what a run knows of its dialect. */
export interface BatchApi {
  readonly name: ApiName
  readonly limits: BatchLimits
  /** The same records and settings give the same bytes: a create can be repeated after a crash. */
  compose(records: AsyncIterable<readonly ChunkRecord[]>): Promise<BatchBody>
  /** Makes one batch, however often the same order is given. */
  create(order: CreateOrder): Promise<Batch>
  get(id: string, options: WaitOptions): Promise<Batch>
  /** What has come of the requests of a batch that has ended, in any order. */
  results(batch: Batch, options: CallOptions): AsyncIterable<readonly BatchResult[]>
  /** Stops starting; what is finished stays. */
  cancel(id: string, options: CallOptions): Promise<Batch>
}

export interface BatchLimits {
  readonly recordsMax: number
  readonly bytesMax: number
  /** What is added to each record's own text. */
  readonly bytesPerRecord: number
}

export interface BatchBody {
  readonly content: Blob
  readonly sha256: string
  discard(): void
}

export interface CreateOrder {
  readonly idempotencyKey: string
  /** Read where nothing was uploaded yet. */
  readonly body: () => Promise<BatchBody>
  /** What an earlier attempt uploaded. */
  readonly fileId: string | undefined
  /** An earlier attempt may have made the batch already. */
  readonly inDoubt: boolean
  /** Called before the batch is made of it. */
  readonly onUploaded: (fileId: string) => void
  readonly say: (message: string) => void
  readonly signal: AbortSignal
}
