import { Bound, type Endpoint, readBody, type Work } from '../endpoint.ts'
import { isError, type ProviderError } from '../provider-error.ts'
import type { Body } from '../record.ts'
import { badFields, notJson } from './errors.ts'
import type { Message } from './proto/field.ts'
import { readMessage } from './proto/read-message.ts'

/** What differs from one method to the next. */
export interface MethodParts<Request> extends Work<Request> {
  readonly message: Message
  /** What the body asks for; it holds known fields alone, each of its own type. */
  read(body: Body, model: string): Request | ProviderError
}

/** The model is named by the path, and a stream is a method of its own. */
export const endpointOf = <Request extends object>(
  parts: MethodParts<Request>,
  { model, streamed }: { readonly model: string; readonly streamed: boolean },
): Endpoint => ({
  parse(source) {
    const value = readBody(source)
    if (value === undefined) return { error: notJson(), model }
    const { body, problems } = readMessage(parts.message, value)
    if (problems.length > 0) return { error: badFields(problems), model }
    const request = parts.read(body, model)
    if (isError(request)) return { error: request, model }
    return new Bound({ model, marker: markerOf(body), streamed }, request, parts)
  },
})

/** `labels.marker`. */
const markerOf = ({ labels }: Body): string | null =>
  typeof labels === 'object' && labels !== null && 'marker' in labels && typeof labels.marker === 'string'
    ? labels.marker
    : null
