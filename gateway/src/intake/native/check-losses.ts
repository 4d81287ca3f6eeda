import { endOfRequest, type IndexEntry } from '../../batch/index-codec.ts'
import type { Blobs } from '../../storage/blobs/blobs.ts'
import { LossCheck, type LossSummary, type RefusedRequest } from '../../translate/check/loss-check.ts'
import type { TranslationTarget } from '../../translate/check/way.ts'
import type { Loss } from '../../translate/loss.ts'
import type { TranslationLookup } from '../../translate/registry.ts'
import { type Fault, isObject } from '../faults.ts'
import type { NativeForm } from './envelope.ts'
import { OPTION_NAMES } from './options.ts'
import { encodeTemplate, type NativeTemplate, nativeComposer } from './template.ts'

export interface StoredItems {
  readonly blobs: Pick<Blobs, 'read'>
  readonly blobName: string
  /** In the order in which they lie in the blob. */
  readonly entries: readonly IndexEntry[]
  readonly template: NativeTemplate
  readonly form: NativeForm
  readonly model: string
  readonly endpoint: string
}

export interface ItemsCheck {
  readonly targets: readonly TranslationTarget[]
  readonly shownMax: number
  readonly lookUp: TranslationLookup | undefined
}

/** The event loop gets its turn after so much. */
const READ_BYTES = 262_144

/**
 * What would be lost of a batch's requests at their provider. They are read back, because their model and what they
 * share may come after them in a body: only for models that need a translation.
 */
export const checkItems = async (
  items: StoredItems,
  { targets, shownMax, lookUp }: ItemsCheck,
): Promise<LossSummary> => {
  const { blobs, blobName, form, model, endpoint } = items
  const compose = nativeComposer(encodeTemplate(items.template))
  const check = new LossCheck(shownMax, { lookUp, fieldOf: (field) => nativeField(field, form) })
  for (const some of stretches(items.entries)) {
    const start = some[0]?.idStart ?? 0
    const bytes = await blobs.read(blobName, start, endOf(some) - start)
    for (const { idStart, idLength, bodyStart, bodyLength, batchIndex, variant } of some) {
      const id = bytes.toString('utf8', idStart - start, idStart - start + idLength)
      const fragment = bytes.subarray(bodyStart - start, bodyStart - start + bodyLength)
      const body: unknown = JSON.parse(compose(fragment, variant, model).toString())
      if (!isObject(body)) throw new Error('a composed body is no object')
      check.take({ model, endpoint, targets, body, at: batchIndex, example: String(JSON.parse(id)) })
    }
  }
  return check.summary()
}

export const faultOf = ({ at, code, field, message }: RefusedRequest): Fault => ({
  index: at,
  code,
  message,
  field,
})

const endOf = (entries: readonly IndexEntry[]): number => {
  const last = entries.at(-1)
  return last ? endOfRequest(last) : 0
}

function* stretches(entries: readonly IndexEntry[]): Generator<readonly IndexEntry[]> {
  let from = 0
  for (const [at, entry] of entries.entries()) {
    const start = entries[from]?.idStart ?? 0
    if (at > from && endOfRequest(entry) - start > READ_BYTES) {
      yield entries.slice(from, at)
      from = at
    }
  }
  if (from < entries.length) yield entries.slice(from)
}

/** Translations know requests as chat completions; callers of this dialect have options, and a prompt or content. */
const nativeField = (field: Loss['field'], form: NativeForm): string => {
  const [root = ''] = field.split(/[.[]/, 1)
  if (OPTION_NAMES.includes(root)) return `options.${field}`
  return field.replace(/^messages\[\d+\]\.content/, form === 'tasks' ? 'prompt' : 'content')
}
