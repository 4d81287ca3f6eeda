import type { Trouble } from '../batch/trouble.ts'
import type { BatchView } from '../storage/tenant.ts'
import { deletedMessageBatchJson, messageBatchJson } from './anthropic/batch-json.ts'
import { nativeBatchJson } from './native/batch-json.ts'
import { openaiBatchJson } from './openai/batch-json.ts'

export interface ShownWith {
  /** Why requests for a model do not move. */
  readonly why: (model: string) => Trouble | undefined
  readonly publicUrl: () => string
}

/** A batch in the words of the dialect in which it came. */
export const batchJson = (batch: BatchView, { why, publicUrl }: ShownWith): unknown => {
  if (batch.dialect === 'anthropic') return messageBatchJson(batch, publicUrl)
  return batch.dialect === 'openai' ? openaiBatchJson(batch, why) : nativeBatchJson(batch, why)
}

export const deletedBatchJson = ({ id, dialect }: BatchView): unknown =>
  dialect === 'anthropic' ? deletedMessageBatchJson(id) : { batch_id: id, id, object: 'batch', deleted: true }
