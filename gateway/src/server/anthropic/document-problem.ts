import type { DocumentContents } from '../../intake/anthropic/document-contents.ts'
import { clipped, shown } from '../../intake/faults.ts'
import { lossyOf, lossyProblem } from '../../intake/lossy.ts'
import { refusedOf } from '../../translate/check/loss-check.ts'
import type { Lossy } from '../../translate/loss.ts'
import { ApiError } from '../errors.ts'
import type { ModelProblem } from '../models.ts'

const FIELDS = ['requests', 'webhook', 'lossy']

export interface DocumentRules {
  readonly requestsMax: number
  /** Why a model cannot be used; undefined where it can. */
  readonly modelProblem: (model: string) => ModelProblem | ApiError | undefined
  /** What a header or the installation says of losses; the document's own word is before it. */
  readonly lossy: Lossy
}

/** Why no batch is made of a document, always the same for the same one. */
export const documentProblem = (contents: DocumentContents, rules: DocumentRules): ApiError | undefined =>
  unreadable(contents) ??
  unknownMember(contents) ??
  noRequests(contents) ??
  tooMany(contents, rules.requestsMax) ??
  badRequests(contents) ??
  badModel(contents, rules) ??
  badLossy(contents) ??
  lossyRequests(contents, rules.lossy)

const unreadable = ({ fault, fieldFault }: DocumentContents): ApiError | undefined => {
  if (fault) {
    const { code, offset, message } = fault
    const told =
      code === 'invalid_json' ? `The body is not valid JSON at byte ${offset}: ${message}` : message
    return new ApiError(code, told, { offset, ...(fault.field === undefined ? {} : { field: fault.field }) })
  }
  if (!fieldFault) return undefined
  const field = clipped(fieldFault.field)
  return new ApiError(fieldFault.code, `${field}: ${fieldFault.message}`, { field })
}

const unknownMember = ({ keys }: DocumentContents): ApiError | undefined => {
  const unknown = keys.find((key) => !FIELDS.includes(key))
  if (unknown === undefined) return undefined
  const field = clipped(unknown)
  return new ApiError('unknown_field', `${field}: is not a field here; there are ${FIELDS.join(', ')}`, {
    field,
  })
}

const noRequests = ({ keys, requests, fields }: DocumentContents): ApiError | undefined => {
  const field = 'requests'
  if (!keys.includes(field)) {
    return new ApiError('missing_field', 'requests: is missing; it is the list of requests', { field })
  }
  if (requests === undefined) {
    const message = `requests: must be a list with one element for each request, got ${shown(fields.get(field))}`
    return new ApiError('invalid_type', message, { field })
  }
  return requests > 0
    ? undefined
    : new ApiError('empty_list', 'requests: must have at least one element', { field })
}

const tooMany = ({ requests = 0 }: DocumentContents, requestsMax: number): ApiError | undefined => {
  if (requests <= requestsMax) return undefined
  const message = `requests: a batch may have ${requestsMax} requests, this one has ${requests}; send several batches`
  return new ApiError('batch_size_exceeded', message, { max_allowed: requestsMax, received: requests })
}

/** A client sees the message alone: it names the first bad request, and says how many more there are. */
const badRequests = ({
  faults,
  faultsTotal,
}: Pick<DocumentContents, 'faults' | 'faultsTotal'>): ApiError | undefined => {
  const [first] = faults
  if (!first) return undefined
  const field = placeOf(first.index, first.field)
  const more = faultsTotal > 1 ? ` (and ${faultsTotal - 1} more requests are refused)` : ''
  const details = { field, faults_total: faultsTotal, faults }
  return new ApiError('invalid_items', `${field}: ${first.message}${more}`, details)
}

const badModel = ({ targets }: DocumentContents, { modelProblem }: DocumentRules): ApiError | undefined => {
  for (const { model, firstLines } of targets) {
    const problem = modelProblem(model)
    if (!problem) continue
    const field = placeOf(firstLines[0] ?? 0, 'params.model')
    return new ApiError(problem.code, `${field}: ${problem.message}`, { field })
  }
  return undefined
}

const badLossy = ({ fields }: DocumentContents): ApiError | undefined => {
  const lossy = fields.get('lossy')
  const problem = lossy == null ? undefined : lossyProblem(lossy)
  return problem && new ApiError(problem.code, `lossy: ${problem.message}`, { field: problem.field })
}

const lossyRequests = ({ fields, losses }: DocumentContents, standard: Lossy): ApiError | undefined => {
  const { shown: refused, total } = refusedOf(losses, lossyOf(fields.get('lossy')) ?? standard)
  const faults = refused.map(({ at: index, code, message, field }) => ({
    index,
    code,
    message,
    field: `params.${field}`,
  }))
  return badRequests({ faults, faultsTotal: total })
}

const placeOf = (index: number, field: string): string =>
  field === '' ? `requests.${index}` : `requests.${index}.${field}`
