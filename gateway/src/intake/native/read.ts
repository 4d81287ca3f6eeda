import { createHash } from 'node:crypto'
import type { Random } from '../../clock/clock.ts'
import type { Presets } from '../../config/presets.ts'
import type { Blobs } from '../../storage/blobs/blobs.ts'
import type { WebhookOrder } from '../../storage/webhooks.ts'
import { clipped, type Fault, type FaultList } from '../faults.ts'
import { ArraySplitter, type DocumentFault, type SplitDocument } from '../json/array-splitter.ts'
import type { IntakeLimits } from '../limits.ts'
import { draftShards, type ShardDraft } from '../shard-draft.ts'
import type { WebhookContext } from '../webhook.ts'
import { type Envelope, type ModelProblem, type NativeForm, readEnvelope } from './envelope.ts'
import { ItemTaker } from './item-taker.ts'
import { outputTokensMax } from './options.ts'
import type { NativeTemplate } from './template.ts'

export const NATIVE_ENDPOINT = '/v1/chat/completions'

export interface NativeIntakeOrder {
  /** The body as it arrives. Where it is too large, what is left of it stays unread. */
  readonly body: AsyncIterable<Buffer>
  readonly blobs: Pick<Blobs, 'create'>
  readonly blobName: string
  readonly limits: IntakeLimits
  readonly presets: Presets
  readonly allowedModels: (model: string) => ModelProblem | undefined
  readonly random: Random
  readonly webhooks: WebhookContext
  /** A body that could be of any dialect: is it taken for a native one? */
  readonly isNativeByDefault: boolean
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
  /**
   * For the hold, rough upper bounds. Input: for each request ⌈bytes of its fragment ÷ 3⌉ +
   * ⌈bytes of what the batch shares ÷ 3⌉ + 8; three bytes a token is below what tokenizers reach in
   * English (4) and about what they reach in Korean (one character).
   */
  readonly estimatedInputTokens: number
  /** For each request its limit of output tokens, or else the batch's, or else an assumed one. */
  readonly estimatedOutputTokens: number
}

export interface InvalidNative {
  readonly kind: 'invalid'
  /** One of FAULT_CODES, or what `allowedModels` gave. */
  readonly code: string
  readonly message: string
  readonly field: string | undefined
  /** The byte of the body, where it is no JSON from there. */
  readonly offset: number | undefined
  /** Bad requests, in the order of their indexes: the first ones, and how many there are. */
  readonly faults: readonly Fault[]
  readonly faultsTotal: number
  readonly bodySha256: string
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
  if (faultsTotal > 0) return badItems(items.faults, received, reading.envelope.form, bodySha256)
  await items.commit()
  return accepted(order, items, reading.envelope, body)
}

const accepted = (
  order: NativeIntakeOrder,
  items: ItemTaker,
  envelope: Envelope,
  body: WholeBody,
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
    shards: draftShards(items.entries, { model, endpoint: NATIVE_ENDPOINT }, order.limits),
    total,
    blobName: order.blobName,
    estimatedInputTokens: items.inputTokens + total * (Math.ceil(shared / 3) + 8),
    estimatedOutputTokens: items.outputTokens + items.withoutOutputLimit * outputTokens,
  }
}

const unreadable = (fault: DocumentFault, bodySha256: string): InvalidNative => {
  const { code, offset } = fault
  const message =
    code === 'invalid_json' ? `The body is not valid JSON at byte ${offset}: ${fault.message}` : fault.message
  const field = fault.field === undefined ? undefined : clipped(fault.field)
  return { kind: 'invalid', code, message, field, offset, faults: [], faultsTotal: 0, bodySha256 }
}

const badItems = (faults: FaultList, total: number, form: NativeForm, bodySha256: string): InvalidNative => {
  const [first] = faults.shown
  const example = first ? `; the first is ${form}[${first.index}]: ${first.message}` : ''
  return {
    kind: 'invalid',
    code: 'invalid_items',
    message: `${faults.total} of ${total} requests are refused${example}`,
    field: form,
    offset: undefined,
    faults: faults.shown,
    faultsTotal: faults.total,
    bodySha256,
  }
}
