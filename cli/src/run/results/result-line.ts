import type { BatchResult } from '@sheepfold/client'

/**
 * One line of the results: what the server said, and which batch it was. `status` is the server's, or
 * `invalid` where an answer is not what `--schema` asks for; its text is kept.
 */
export interface ResultLine extends Omit<BatchResult, 'index'> {
  readonly batch_id: string
  /** The answer as JSON, where a schema was asked for and the answer keeps to it. */
  readonly json?: unknown
}

export const isSuccess = (line: { readonly status: string }): boolean => line.status === 'succeeded'

export const toLine = ({ index: _ofTheBatch, ...result }: BatchResult, batchId: string): ResultLine => ({
  ...result,
  batch_id: batchId,
})
