import type { Clock, Ids, Random } from '../../gateway/src/clock/clock.ts'
import { type CatalogueModel, DEFAULT_CATALOGUE } from '../../gateway/src/config/catalogue.ts'
import { DEFAULT_PRESETS } from '../../gateway/src/config/presets.ts'
import type { IntakeLimits } from '../../gateway/src/intake/limits.ts'
import { readNativeBatch } from '../../gateway/src/intake/native/read.ts'
import { flatPrices } from '../../gateway/src/money/price.ts'
import { planBatch } from '../../gateway/src/plan/plan-batch.ts'
import { newBatch } from '../../gateway/src/server/native/new-batch.ts'
import type { Blobs } from '../../gateway/src/storage/blobs/blobs.ts'
import type { TenantStore } from '../../gateway/src/storage/tenant.ts'
import { bodyOf, type OrderPlan } from './orders.ts'
import { COST_BOOKS } from './provider.ts'

/** What a process of the gateway needs to take a batch in. */
export interface IntakeStation {
  readonly clock: Clock
  readonly ids: Ids
  readonly random: Random
  readonly blobs: Blobs
  readonly tenant: (account: string) => TenantStore
  readonly limits: IntakeLimits
  readonly retentionMs: number
  readonly reach: (point: string) => void
}

/** Its maker's model is in no book of costs, so it must have prices of its own. */
const WITHOUT_BOOK: CatalogueModel = {
  id: 'no-book',
  providerModel: 'gpt-5-nano',
  maker: 'openai',
  costBook: 'gpt-5-nano',
  costFactorPercent: 100,
  sell: { list: flatPrices(3_000_000_001n), batch: flatPrices(1_234_567_891n) },
}
const CATALOGUE = [...DEFAULT_CATALOGUE, WITHOUT_BOOK]

/** As the server takes in a create of the native dialect: intake, plan, accept. Returns the batch's id. */
export const submit = async (station: IntakeStation, order: OrderPlan, again: boolean): Promise<string> => {
  const id = station.ids.next('batch_')
  const intake = await readNativeBatch({
    body: pieces(bodyOf(order)),
    blobs: station.blobs,
    blobName: `inputs/${id}.jsonl`,
    limits: station.limits,
    presets: DEFAULT_PRESETS,
    allowedModels: () => undefined,
    random: station.random,
    webhooks: { refusal: () => undefined },
    isNativeByDefault: true,
    translation: { wayOf: () => ({ kind: 'passes' }), lossy: 'refuse' },
  })
  if (intake.kind !== 'accepted')
    throw new Error(`order ${order.number} was refused: ${JSON.stringify(intake)}`)
  station.reach('intake.after_input')
  const model = CATALOGUE.find((each) => each.id === order.model)
  const plan = model && planBatch({ ...intake, model, costBooks: COST_BOOKS, at: station.clock.now() })
  if (!plan) throw new Error(`${order.model} has no price`)
  const create = {
    apiKey: `key of ${order.account}`,
    path: '/v1/batches',
    bodySha256: intake.bodySha256,
    idempotencyKey: order.idempotencyKey,
    again,
  }
  const { retentionMs } = station
  const batch = newBatch({ id, intake, plan, retentionMs, create, trace: null, webhook: null })
  const outcome = await station.tenant(order.account).accept(batch, { kind: 'shards', shards: intake.shards })
  if (!('batch' in outcome)) throw new Error(`order ${order.number} is ${outcome.kind}`)
  // An accept that was rejected may have happened all the same: the input stays until the next sweep.
  if (outcome.kind !== 'accepted' && outcome.batch.id !== id) {
    await station.blobs.remove(intake.blobName).catch(() => undefined)
  }
  if (outcome.kind === 'conflict') throw new Error(`order ${order.number} is in conflict with itself`)
  return outcome.batch.id
}

async function* pieces(body: Buffer): AsyncGenerator<Buffer> {
  const half = body.length >> 1
  yield body.subarray(0, half)
  yield body.subarray(half)
}
