import { readTellingKey } from '../intake/json/telling-key.ts'
import { type AcceptedNative, type NativeIntake, readNativeBatch } from '../intake/native/read.ts'
import { createMessageBatch } from './anthropic/create-message-batch.ts'
import type { ServerContext } from './context.ts'
import {
  type AcceptOrder,
  type CreatedBatch,
  type CreateOrder,
  keyReused,
  queryOf,
  type SharedCreateOrder,
} from './create-order.ts'
import { ApiError } from './errors.ts'
import { modelProblem } from './models.ts'
import { acceptNative } from './native/accept.ts'
import { refusal } from './native/refusal.ts'
import { createFromFile } from './openai/create-from-file.ts'
import { webhookContext } from './webhooks/webhook-order.ts'

/**
 * Intake, plan and accept of one body on the path that the dialects share: its keys say whose it is. What an
 * earlier create made is given back as it is.
 */
export const createBatch = async (
  context: ServerContext,
  order: SharedCreateOrder,
): Promise<CreatedBatch> => {
  const { fieldsBytesMax, depthMax } = context.config().intake
  const { key, body } = await readTellingKey(order.body, { keys: TELLING_KEYS, fieldsBytesMax, depthMax })
  if (key !== 'requests') return createNativeOrFromFile(context, { ...order, body })
  order.onDialect('anthropic')
  return createMessageBatch(context, { ...order, body })
}

/** Each is in the bodies of one dialect alone. */
const TELLING_KEYS = ['input', 'tasks', 'input_file_id', 'requests']

const createNativeOrFromFile = async (
  context: ServerContext,
  order: SharedCreateOrder,
): Promise<CreatedBatch> => {
  const full = context.noRoom()
  if (full) throw new ApiError('disk_full', full.message)
  const config = context.config()
  const accept: AcceptOrder = { ...order, id: context.ids.next('batch_'), config }
  const reading = order.span.child('intake')
  const intake = await readNativeBatch({
    body: order.body,
    blobs: context.blobs,
    blobName: `inputs/${accept.id}.jsonl`,
    limits: config.intake,
    presets: config.presets,
    allowedModels: (model) => modelProblem(config, order.key, model),
    random: context.random,
    webhooks: webhookContext(config),
    isNativeByDefault: order.isNativeByDefault,
    translation: { wayOf: context.wayOf(config), lossy: order.lossy ?? config.translation.lossy },
  }).finally(() => reading.end())
  if (intake.kind === 'not_native' && !intake.document.keys.includes('requests')) {
    order.onDialect('openai')
    return createFromFile(context, accept, intake)
  }
  if (intake.kind !== 'accepted') return refusedOrRepeated(context, order, intake)
  context.crash('intake.after_input')
  return acceptNative(context, accept, intake)
}

type Refused = Exclude<NativeIntake, AcceptedNative>

/**
 * A body that is refused now may have been taken before, under other limits or another configuration; and
 * a key that was used with another body is a conflict, whatever this body is.
 */
const refusedOrRepeated = async (
  context: ServerContext,
  order: CreateOrder,
  intake: Refused,
): Promise<CreatedBatch> => {
  if (intake.kind !== 'too_large') {
    const query = queryOf(order, intake.bodySha256)
    const earlier = await context.tenant(order.key.account).findCreate(query)
    if (earlier?.sameBody) return { batch: earlier.batch, isNew: false }
    if (earlier) throw keyReused(earlier.batch)
  }
  throw refusal(intake)
}
