import { type AcceptedNative, NATIVE_ENDPOINT } from '../../intake/native/read.ts'
import { encodeTemplate } from '../../intake/native/template.ts'
import { encodeSell } from '../../money/price.ts'
import type { BatchPlan } from '../../plan/plan-batch.ts'
import type { CreateQuery, NewBatch, NewBatchWebhook } from '../../storage/tenant.ts'

/** What the store is handed of a native body that intake took in. */
export const newBatch = (order: {
  id: string
  intake: AcceptedNative
  plan: BatchPlan
  retentionMs: number
  create: CreateQuery
  trace: string | null
  webhook: NewBatchWebhook | null
}): NewBatch => {
  const { id, intake, plan, retentionMs, create, trace, webhook } = order
  return {
    id,
    apiKey: create.apiKey,
    dialect: 'native',
    endpoint: NATIVE_ENDPOINT,
    model: intake.model,
    task: intake.task,
    blob: intake.blobName,
    template: encodeTemplate(intake.template),
    metadata: JSON.stringify(intake.metadata),
    sell: encodeSell(new Map([[intake.model, plan.sell]])),
    hold: plan.hold,
    windowMs: intake.windowSeconds * 1_000,
    retentionMs,
    total: intake.total,
    create,
    layout: 'together',
    file: null,
    outputMs: null,
    errors: null,
    losses: intake.losses,
    retryOf: null,
    trace,
    webhook,
  }
}
