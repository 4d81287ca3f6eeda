import type { ProviderHead } from '../../interactive/interactive-call.ts'

/** Theirs, and the name under which it reaches the client: all others of the provider stay here. */
type Passed = readonly [theirs: string, ours: string]

/** Anthropic's name for it, and everybody else's. */
const REQUEST_IDS: readonly Passed[] = [
  ['request-id', 'x-provider-request-id'],
  ['x-request-id', 'x-provider-request-id'],
]
const PASSED: readonly Passed[] = [
  ['content-type', 'content-type'],
  ['retry-after', 'retry-after'],
  ...REQUEST_IDS,
]

/** What a header can carry: some send control characters, with which no answer of ours could be sent. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** The part of a reply that is needed here. */
interface HeaderTarget {
  header(name: string, value: string): unknown
}

export const passHeaders = (reply: HeaderTarget, headers: ProviderHead['headers']): void => {
  for (const passed of PASSED) pass(reply, headers, passed)
}

/** Of an answer that is not passed on. */
export const passRequestId = (reply: HeaderTarget, headers: ProviderHead['headers']): void => {
  for (const passed of REQUEST_IDS) pass(reply, headers, passed)
}

const pass = (reply: HeaderTarget, headers: ProviderHead['headers'], [theirs, ours]: Passed): void => {
  const value = headers.get(theirs)
  if (value !== undefined && VALUE.test(value)) reply.header(ours, value)
}
