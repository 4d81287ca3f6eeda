import { createHash } from 'node:crypto'
import type { Random } from '../../clock/clock.ts'
import type { Presets } from '../../config/presets.ts'
import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { WebhookOrder } from '../../storage/webhooks.ts'
import { encodeReport } from '../../translate/check/encode-report.ts'
import { type LossSummary, refusedOf } from '../../translate/check/loss-check.ts'
import type { TranslationTarget, WayOf } from '../../translate/check/way.ts'
import type { Lossy } from '../../translate/loss.ts'
import type { TranslationLookup } from '../../translate/registry.ts'
import { ArraySplitter, type SplitDocument } from '../json/array-splitter.ts'
import type { IntakeLimits } from '../limits.ts'
import { draftShards, type ShardDraft } from '../shard-draft.ts'
import type { WebhookContext } from '../webhook.ts'
import { checkItems, faultOf } from './check-losses.ts'
import { type Envelope, type ModelProblem, type NativeForm, readEnvelope } from './envelope.ts'
import { badItems, type Faults, type InvalidNative, noEndpoint, unreadable } from './invalid.ts'
import { ItemTaker } from './item-taker.ts'
import { outputTokensMax } from './options.ts'
import type { NativeTemplate } from './template.ts'

export const NATIVE_ENDPOINT = '/v1/chat/completions'

export interface NativeIntakeOrder {
  /** The body as it arrives. Where it is too large, what is left of it stays unread. */
  readonly body: AsyncIterable<Buffer>
  readonly blobs: Pick<Blobs, 'create' | 'read' | 'remove'>
  readonly blobName: string
  readonly limits: IntakeLimits
  readonly presets: Presets
  readonly allowedModels: (model: string) => ModelProblem | undefined
  readonly random: Random
  readonly webhooks: WebhookContext
  /** A body that could be of any dialect: is it taken for a native one? */
  readonly isNativeByDefault: boolean
  readonly translation: TranslationOrder
}

export interface TranslationOrder {
  readonly wayOf: WayOf
  /** Where the body does not say. */
  readonly lossy: Lossy
  readonly lookUp?: TranslationLookup
}

export interface AcceptedNative {
  readonly kind: 'accepted'
  readonly form: NativeForm
  readonly model: string
  readonly template: NativeTemplate
  readonly shards: readonly ShardDraft[]
  readonly total: number
  /** Of the body as it came. */
  readonly bytes: number
  readonly bodySha256: string
  /** Committed: whoever does not make a batch of it removes it. */
  readonly blobName: string
  readonly windowSeconds: number
  readonly metadata: Readonly<Record<string, string>>
  readonly task: string | null
  /** Told of this batch alone. */
  readonly webhook: WebhookOrder | null
  /** What would become of fields that the provider has no word for; encoded. */
  readonly losses: string | null
  /** What the body says of them; undefined where it does not. */
  readonly lossy: Lossy | undefined
  /**
   * For the hold, rough upper bounds. Input: for each request ⌈bytes of its fragment ÷ 3⌉ +
   * ⌈bytes of what the batch shares ÷ 3⌉ + 8; three bytes a token is below what tokenizers reach in
   * English (4) and about what they reach in Korean (one character).
   */
  readonly estimatedInputTokens: number
  /** For each request its limit of output tokens, or else the batch's, or else an assumed one. */
  readonly estimatedOutputTokens: number
}

/**
 * What became of a body. Where several apply, the first of this order: too large · not JSON, or no object ·
 * another dialect · too many requests · a bad field beside the requests · bad requests.
 */
export type NativeIntake =
  | AcceptedNative
  | { readonly kind: 'too_large'; readonly maxBytes: number }
  | NotNative
  | {
      readonly kind: 'batch_size_exceeded'
      readonly maxAllowed: number
      readonly received: number
      readonly bodySha256: string
    }
  | InvalidNative

/** A body of another dialect; its fields beside a list of requests have been read. */
export interface NotNative {
  readonly kind: 'not_native'
  readonly document: SplitDocument
  readonly bodySha256: string
}

/** Keys that only other dialects have. */
const FOREIGN_KEYS = ['input_file_id', 'requests']
const NATIVE_KEYS = ['input', 'tasks']

const isNative = ({ keys }: SplitDocument, { isNativeByDefault }: NativeIntakeOrder): boolean => {
  if (keys.some((key) => FOREIGN_KEYS.includes(key))) return false
  return isNativeByDefault || keys.some((key) => NATIVE_KEYS.includes(key))
}

/**
 * Takes in one body of the native dialect while it arrives: each request is parsed once, checked once and
 * written once. Unless the outcome is `accepted`, nothing of it stays in the blobs; that holds too where the
 * body or the blob fails and this rejects.
 */
export const readNativeBatch = async (order: NativeIntakeOrder): Promise<NativeIntake> => {
  const { limits } = order
  const items = new ItemTaker(order)
  const sha256 = createHash('sha256')
  const splitter = new ArraySplitter({
    lists: ['input', 'tasks', 'requests'],
    elementsMax: limits.itemsMax,
    elementBytesMax: limits.itemBytesMax,
    fieldsBytesMax: limits.fieldsBytesMax,
    depthMax: limits.depthMax,
  })
  let bytes = 0
  try {
    for await (const chunk of order.body) {
      bytes += chunk.length
      if (bytes > limits.bodyBytesMax) return { kind: 'too_large', maxBytes: limits.bodyBytesMax }
      sha256.update(chunk)
      for (const element of splitter.push(chunk)) await items.take(element)
    }
    return await conclude(order, items, splitter.end(), { bytes, bodySha256: sha256.digest('hex') })
  } finally {
    await items.release()
  }
}

interface WholeBody {
  readonly bytes: number
  readonly bodySha256: string
}

const conclude = async (
  order: NativeIntakeOrder,
  items: ItemTaker,
  document: SplitDocument,
  body: WholeBody,
): Promise<NativeIntake> => {
  const { bodySha256 } = body
  if (document.fault) return unreadable(document.fault, bodySha256)
  if (!isNative(document, order)) return { kind: 'not_native', document, bodySha256 }
  const received = Math.max(document.counts.get('input') ?? 0, document.counts.get('tasks') ?? 0)
  const maxAllowed = order.limits.itemsMax
  if (received > maxAllowed) return { kind: 'batch_size_exceeded', maxAllowed, received, bodySha256 }
  const { shown: faults, total: faultsTotal } = items.faults
  const reading = readEnvelope(document, order)
  if (reading.kind === 'problem') {
    return { kind: 'invalid', ...reading.problem, offset: undefined, faults, faultsTotal, bodySha256 }
  }
  const { envelope } = reading
  const bad = (found: Faults): InvalidNative => badItems(found, received, envelope.form, bodySha256)
  if (faultsTotal > 0) return bad(items.faults)
  const way = order.translation.wayOf(envelope.model, NATIVE_ENDPOINT)
  if (way.kind === 'nowhere') return noEndpoint(envelope.model, { endpoint: NATIVE_ENDPOINT, bodySha256 })
  await items.commit()
  if (way.kind === 'passes') return accepted(order, items, { envelope, body, losses: null })
  const summary = await checkCommitted(order, items, { envelope, targets: way.targets })
  const refused = refusedOf(summary, envelope.lossy ?? order.translation.lossy)
  if (refused.total === 0) {
    return accepted(order, items, { envelope, body, losses: encodeReport(summary.report) })
  }
  await order.blobs.remove(order.blobName)
  return bad({
    shown: refused.shown.slice(0, order.limits.faultsShownMax).map(faultOf),
    total: refused.total,
  })
}

/** What is committed goes where it cannot be checked. */
const checkCommitted = async (
  order: NativeIntakeOrder,
  { entries }: ItemTaker,
  { envelope, targets }: { envelope: Envelope; targets: readonly TranslationTarget[] },
): Promise<LossSummary> => {
  const { blobs, blobName, limits, translation } = order
  const { template, form, model } = envelope
  const stored = { blobs, blobName, entries, template, form, model, endpoint: NATIVE_ENDPOINT }
  const check = { targets, shownMax: limits.faultsShownMax, lookUp: translation.lookUp }
  try {
    return await checkItems(stored, check)
  } catch (error) {
    await blobs.remove(blobName)
    throw error
  }
}

const accepted = (
  order: NativeIntakeOrder,
  items: ItemTaker,
  { envelope, body, losses }: { envelope: Envelope; body: WholeBody; losses: string | null },
): AcceptedNative => {
  const { model, template } = envelope
  const total = items.entries.length
  const shared =
    Buffer.byteLength(template.systemMessages) + Buffer.byteLength(JSON.stringify(template.options))
  const outputTokens = outputTokensMax(template.options) ?? order.limits.outputTokensAssumed
  return {
    kind: 'accepted',
    ...envelope,
    ...body,
    losses,
    shards: draftShards(items.entries, { model, endpoint: NATIVE_ENDPOINT }, order.limits),
    total,
    blobName: order.blobName,
    estimatedInputTokens: items.inputTokens + total * (Math.ceil(shared / 3) + 8),
    estimatedOutputTokens: items.outputTokens + items.withoutOutputLimit * outputTokens,
  }
}
