import { endpointMissing } from '../../translate/check/loss-words.ts'
import { clipped, type Fault, type FaultList } from '../faults.ts'
import type { DocumentFault } from '../json/array-splitter.ts'
import type { NativeForm } from './envelope.ts'

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

export const unreadable = (fault: DocumentFault, bodySha256: string): InvalidNative => {
  const { code, offset } = fault
  const message =
    code === 'invalid_json' ? `The body is not valid JSON at byte ${offset}: ${fault.message}` : fault.message
  const field = fault.field === undefined ? undefined : clipped(fault.field)
  return { kind: 'invalid', code, message, field, offset, faults: [], faultsTotal: 0, bodySha256 }
}

export const noEndpoint = (
  model: string,
  { endpoint, bodySha256 }: { endpoint: string; bodySha256: string },
): InvalidNative => ({
  kind: 'invalid',
  code: 'untranslatable',
  message: endpointMissing(model, endpoint),
  field: 'model',
  offset: undefined,
  faults: [],
  faultsTotal: 0,
  bodySha256,
})

export type Faults = Pick<FaultList, 'shown' | 'total'>

export const badItems = (
  faults: Faults,
  total: number,
  form: NativeForm,
  bodySha256: string,
): InvalidNative => {
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
