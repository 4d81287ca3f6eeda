import type { AcceptedNative } from '../../intake/native/read.ts'
import { planBatch } from '../../plan/plan-batch.ts'
import type { AcceptOutcome } from '../../storage/tenant.ts'
import { acceptBatch } from '../accept-batch.ts'
import { acceptWithBlob } from '../accept-with-blob.ts'
import type { ServerContext } from '../context.ts'
import { type AcceptOrder, type CreatedBatch, queryOf } from '../create-order.ts'
import { ApiError } from '../errors.ts'
import { batchWebhook } from '../webhooks/webhook-order.ts'
import { newBatch } from './new-batch.ts'

/** Plan and accept of a body whose requests lie in a blob of their own. */
export const acceptNative = (
  context: ServerContext,
  order: AcceptOrder,
  intake: AcceptedNative,
): Promise<CreatedBatch> =>
  acceptWithBlob(context, { id: order.id, blobName: intake.blobName }, () => accept(context, order, intake))

const accept = async (
  context: ServerContext,
  order: AcceptOrder,
  intake: AcceptedNative,
): Promise<AcceptOutcome> => {
  const { clock } = context
  const { id, config } = order
  const model = config.catalogue.get(intake.model)
  const plan = model && planBatch({ ...intake, model, costBooks: config.costBooks, at: clock.now() })
  if (!plan) throw new ApiError('model_not_priced', `"${intake.model}" has neither a price nor a known cost`)
  const create = queryOf(order, intake.bodySha256)
  const { account } = order.key
  const batch = newBatch({
    id,
    intake,
    plan,
    retentionMs: config.retentionMs,
    create,
    trace: order.span.context,
    webhook: await batchWebhook(context, context.tenant(account), intake.webhook),
  })
  const source = { kind: 'shards', shards: intake.shards } as const
  return acceptBatch(context, { account, span: order.span }, { batch, source })
}
