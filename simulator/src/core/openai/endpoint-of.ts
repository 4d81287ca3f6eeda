import { Bound, type Endpoint, readBody, type Work } from '../endpoint.ts'
import { isError, type ProviderError } from '../provider-error.ts'
import { type Body, isRecord } from '../record.ts'
import { invalidRequest, notJson } from './errors.ts'
import { wrongType } from './request-fields.ts'

/** What differs from one endpoint to the next. */
export interface EndpointParts<Request> extends Work<Request> {
  read(body: Body, model: string): Request | ProviderError
}

export const endpointOf = <Request extends object>(parts: EndpointParts<Request>): Endpoint => ({
  parse(source) {
    const body = readBody(source)
    if (!isRecord(body)) return { error: notJson() }
    const { model } = body
    if (model === undefined) return { error: noModel() }
    if (typeof model !== 'string') return { error: wrongType('model', 'a string', model) }
    const request = parts.read(body, model)
    if (isError(request)) return { error: request, model }
    return new Bound({ model, marker: markerOf(body), streamed: body.stream === true }, request, parts)
  },
})

const noModel = (): ProviderError =>
  invalidRequest('you must provide a model parameter', 'model', 'missing_required_parameter')

/** `metadata.marker`, else `user`. */
const markerOf = ({ metadata, user }: Body): string | null => {
  if (isRecord(metadata) && typeof metadata.marker === 'string') return metadata.marker
  return typeof user === 'string' ? user : null
}
