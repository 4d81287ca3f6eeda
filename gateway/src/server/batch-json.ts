import type { Trouble } from '../batch/trouble.ts'
import type { BatchView } from '../storage/tenant.ts'
import { nativeBatchJson } from './native/batch-json.ts'
import { openaiBatchJson } from './openai/batch-json.ts'

/** A batch in the words of the dialect in which it came. */
export const batchJson = (batch: BatchView, why: (model: string) => Trouble | undefined): unknown =>
  batch.dialect === 'openai' ? openaiBatchJson(batch, why) : nativeBatchJson(batch, why)
