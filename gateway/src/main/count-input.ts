import type { CountInput } from '../interactive/count-input.ts'
import { estimateInput } from '../money/estimate-usage.ts'
import type { Protocols } from '../translate/channels.ts'

const NO_ANSWER = Buffer.alloc(0)

/** What is text in a request is known to the provider whose own endpoint it is for, whoever answers it. */
export const createCountInput =
  (protocols: Protocols): CountInput =>
  (endpoint, request) => {
    const protocol = Object.values(protocols).find(({ endpoints }) => endpoints.has(endpoint))
    if (!protocol) throw new Error(`no protocol has the endpoint ${endpoint}`)
    return estimateInput(protocol.billedText({ endpoint, request, answer: NO_ANSWER }))
  }
