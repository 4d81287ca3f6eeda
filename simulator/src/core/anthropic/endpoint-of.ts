import { Bound, type Endpoint, readBody, type Work } from '../endpoint.ts'
import type { Address } from '../maker.ts'
import { isError, type ProviderError } from '../provider-error.ts'
import { type Body, isRecord } from '../record.ts'
import { invalidRequest, notJson, requestTooLarge } from './errors.ts'
import { isStrict } from './versions.ts'

const bodyBytesMax = 32 * 1_048_576

/** What differs from one endpoint to the next. */
export interface EndpointParts<Request> extends Work<Request> {
  read(body: Body, isStrict: boolean): Request | ProviderError
}

export const endpointOf =
  <Request extends { readonly model: string }>(
    parts: EndpointParts<Request>,
  ): ((address: Address) => Endpoint) =>
  (address) => ({
    parse(source) {
      if (typeof source === 'string' && Buffer.byteLength(source) > bodyBytesMax)
        return { error: requestTooLarge() }
      const body = readBody(source)
      if (body === undefined) return { error: notJson() }
      if (!isRecord(body)) return { error: invalidRequest('Input should be a valid dictionary') }
      const request = parts.read(body, isStrict(address))
      if (isError(request))
        return { error: request, ...(typeof body.model === 'string' ? { model: body.model } : {}) }
      const { model } = request
      return new Bound({ model, marker: markerOf(body), streamed: body.stream === true }, request, parts)
    },
  })

/** The only word of its own that a sender has here. */
const markerOf = ({ metadata }: Body): string | null =>
  isRecord(metadata) && typeof metadata.user_id === 'string' ? metadata.user_id : null
