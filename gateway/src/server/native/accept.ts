import type { AcceptedNative } from '../../intake/native/read.ts'
import { planBatch } from '../../plan/plan-batch.ts'
import { StoreError, type StoreErrorCode } from '../../storage/errors.ts'
import type { AcceptOutcome } from '../../storage/tenant.ts'
import { acceptBatch } from '../accept-batch.ts'
import type { ServerContext } from '../context.ts'
import {
  type AcceptOrder,
  type CreatedBatch,
  keyReused,
  queryOf,
  spendLimitReached,
} from '../create-order.ts'
import { ApiError } from '../errors.ts'
import { batchWebhook } from '../webhooks/webhook-order.ts'
import { newBatch } from './new-batch.ts'

/**
 * The blob is committed: where it is known that no batch came to own it, it goes. Where the accept is in
 * doubt it stays, for a batch that may be there after all; the sweep of the next start knows.
 */
export const acceptNative = async (
  context: ServerContext,
  order: AcceptOrder,
  intake: AcceptedNative,
): Promise<CreatedBatch> => {
  const drop = (): Promise<void> =>
    context.blobs.remove(intake.blobName).catch((error) => context.onFault(error, order.id))
  const outcome = await accept(context, order, intake).catch(async (error: unknown) => {
    if (wroteNothing(error)) await drop()
    throw error
  })
  if (outcome.kind === 'accepted') context.onAccepted()
  else await drop()
  if (outcome.kind === 'over_limit') throw spendLimitReached(outcome)
  if (!('batch' in outcome)) throw new Error(`a batch with requests of its own is ${outcome.kind}`)
  if (outcome.kind === 'conflict') throw keyReused(outcome.batch)
  return { batch: outcome.batch, isNew: outcome.kind === 'accepted' }
}

const NOTHING_WRITTEN: ReadonlySet<StoreErrorCode> = new Set(['disk_full', 'busy', 'closed'])

const wroteNothing = (error: unknown): boolean =>
  error instanceof ApiError || (error instanceof StoreError && NOTHING_WRITTEN.has(error.code))

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
