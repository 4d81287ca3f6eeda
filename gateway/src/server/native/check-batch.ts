import { type AcceptedNative, readNativeBatch } from '../../intake/native/read.ts'
import { decodeReport } from '../../translate/check/encode-report.ts'
import type { ReportedLoss } from '../../translate/check/loss-report.ts'
import { isLossy } from '../../translate/check/loss-words.ts'
import type { ServerContext } from '../context.ts'
import type { CreateOrder } from '../create-order.ts'
import { ApiError } from '../errors.ts'
import { modelProblem } from '../models.ts'
import { webhookContext } from '../webhooks/webhook-order.ts'
import { refusal } from './refusal.ts'

export interface BatchCheck {
  readonly object: 'batch.check'
  readonly model: string
  readonly requests: number
  /** A create would be taken, as far as the translation of its requests goes. */
  readonly accepted: boolean
  readonly losses: readonly ReportedLoss[]
}

/** What a create with this body would be told: the same intake, and nothing of it stays. */
export const checkBatch = async (
  context: ServerContext,
  order: Pick<CreateOrder, 'key' | 'body' | 'lossy'>,
): Promise<BatchCheck> => {
  const full = context.noRoom()
  if (full) throw new ApiError('disk_full', full.message)
  const config = context.config()
  const intake = await readNativeBatch({
    body: order.body,
    blobs: context.blobs,
    blobName: `inputs/${context.ids.next('batch_')}.jsonl`,
    limits: config.intake,
    presets: config.presets,
    allowedModels: (model) => modelProblem(config, order.key, model),
    random: context.random,
    webhooks: webhookContext(config),
    isNativeByDefault: true,
    // A check that is told nothing reports, and says what would be refused.
    translation: { wayOf: context.wayOf(config), lossy: 'warn' },
  })
  if (intake.kind !== 'accepted') throw refusal(intake)
  await context.blobs.remove(intake.blobName)
  return checkOf(intake, order.lossy ?? config.translation.lossy)
}

const checkOf = ({ model, total, losses: encoded, lossy }: AcceptedNative, standard: string): BatchCheck => {
  const losses = decodeReport(encoded)
  const accepted = (lossy ?? standard) === 'warn' || !losses.some(isLossy)
  return { object: 'batch.check', model, requests: total, accepted, losses }
}
