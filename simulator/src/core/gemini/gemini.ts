import type { Address, Maker } from '../maker.ts'
import { askedAt, paramOf, seenAt } from './address.ts'
import { methods } from './endpoints.ts'
import { badKey, errorBody, noKey, notFound, notJson, unknownModel } from './errors.ts'
import { modelNamed, modelPage } from './looks.ts'
import { misfit } from './misfit.ts'
import { refusals } from './refusals.ts'

const keyHeader = 'x-goog-api-key'

export const gemini: Maker = {
  /** OpenAI has models at the same path; only the header, or a method behind the name, tells whose are meant. */
  owns: ({ path, headers }) =>
    path.startsWith('/v1beta/') ||
    askedAt(path) !== undefined ||
    (headers[keyHeader] !== undefined && seenAt(path) !== undefined),
  keyOf: (address) => address.headers[keyHeader] ?? paramOf(address, 'key') ?? '',
  endpointAt(address) {
    const asked = address.method === 'POST' ? askedAt(address.path) : undefined
    return asked && methods.get(asked.method)?.(asked.model, address)
  },
  headerError: () => undefined,
  misfit,
  look(address: Address) {
    const { method, path } = address
    const seen = method === 'GET' ? seenAt(path) : undefined
    if (seen === undefined) return notFound(`Method not found: ${method} ${path}`)
    return seen.name === undefined
      ? modelPage(paramOf(address, 'pageSize'), paramOf(address, 'pageToken'))
      : modelNamed(seen.name)
  },
  refusals,
  noKey,
  badKey,
  unknownModel,
  notJson,
  errorBody: (error, _, pretty) => errorBody(error, pretty),
  headers: ({ processingMs }) => ({
    'content-type': 'application/json; charset=UTF-8',
    vary: 'Origin',
    server: 'scaffolding on HTTPServer2',
    'server-timing': `gfet4t7; dur=${Math.round(processingMs)}`,
  }),
}
