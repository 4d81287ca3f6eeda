import { field, file, multipart } from '../../support/form.ts'
import { chatLine } from '../../support/openai.ts'
import { CLAUDE } from '../../support/scripted-anthropic.ts'
import { partForm, type Things } from './things.ts'

/** A request without its key. */
export interface Sent {
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** One endpoint, and all that the matrix has to know of it. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** As it is registered. */
  readonly route: string
  readonly opens: 'client' | 'operator' | 'anyone'
  /** In whose words it refuses a key. */
  readonly dialect: 'native' | 'openai' | 'anthropic'
  /** What a good key sends … */
  readonly request: (own: Things) => Sent
  /** … and gets. */
  readonly status: number
  /** The same with ids of a stranger in one place, for each place that takes an id. */
  readonly foreign: Readonly<Record<string, (theirs: Things, own: Things) => Sent>>
}

type Given = Pick<Endpoint, 'request'> & Partial<Pick<Endpoint, 'status' | 'foreign' | 'dialect' | 'opens'>>

const endpoint = (line: string, given: Given): Endpoint => {
  const [method, route = ''] = line.split(' ')
  if (method !== 'GET' && method !== 'POST' && method !== 'PATCH' && method !== 'DELETE') {
    throw new Error(`${line} begins with no method`)
  }
  const isOpenai = /^\/v1\/(files|uploads)/.test(route)
  return {
    method,
    route,
    opens: 'client',
    dialect: isOpenai ? 'openai' : 'native',
    status: 200,
    foreign: {},
    ...given,
  }
}

/** One whose path names a thing: a stranger's id can stand there. */
const ofThing = (line: string, kind: keyof Things, given: Partial<Given> = {}): Endpoint => {
  const [, route = ''] = line.split(' ')
  const sent = (things: Things): Sent => ({ path: route.replace(':id', things[kind]) })
  const request = given.request ?? sent
  // What goes with the path is the caller's own, and could be anything.
  const path = (theirs: Things, own: Things): Sent => ({ ...request(own), path: sent(theirs).path })
  return endpoint(line, { request, ...given, foreign: { path, ...given.foreign } })
}

const messages = [{ role: 'user', content: 'hello' }]
const FORM = { 'content-type': 'multipart/form-data; boundary=XX' }

const batchEndpoints: readonly Endpoint[] = [
  endpoint('GET /v1/batches', {
    dialect: 'openai',
    request: () => ({ path: '/v1/batches' }),
    foreign: { after: ({ batch }) => ({ path: `/v1/batches?after=${batch}` }) },
  }),
  ofThing('GET /v1/batches/:id', 'batch'),
  ofThing('GET /v1/batches/:id/results', 'batch', {
    foreign: {
      cursor: ({ cursor }, { batch }) => ({
        path: `/v1/batches/${batch}/results?order=completion&cursor=${encodeURIComponent(cursor)}`,
      }),
      merged: ({ batch }) => ({ path: `/v1/batches/${batch}/results?merged=true` }),
    },
  }),
  endpoint('POST /v1/batches/check', {
    request: () => ({ path: '/v1/batches/check', body: { model: 'batch-4.1', tasks: [{ prompt: 'p' }] } }),
  }),
  endpoint('POST /v1/batches', {
    request: () => ({ path: '/v1/batches', body: { model: 'batch-4.1', tasks: [{ prompt: 'p' }] } }),
    foreign: {
      input_file_id: ({ inputFile }) => ({
        path: '/v1/batches',
        body: { input_file_id: inputFile, endpoint: '/v1/chat/completions', completion_window: '24h' },
      }),
      'input_file_id that is an output': ({ outputFile }) => ({
        path: '/v1/batches',
        body: { input_file_id: outputFile, endpoint: '/v1/chat/completions', completion_window: '24h' },
      }),
    },
  }),
  ofThing('POST /v1/batches/:id/cancel', 'batch'),
  ofThing('POST /v1/batches/:id/retry', 'batch', { status: 400 }),
]

const VERSION = { 'anthropic-version': '2026-10-21' }
const params = { model: 'batch-4.1', max_tokens: 1, messages }

const messageBatchEndpoints: readonly Endpoint[] = [
  endpoint('GET /v1/messages/batches', {
    dialect: 'anthropic',
    request: () => ({ path: '/v1/messages/batches' }),
    foreign: {
      after_id: ({ messageBatch }) => ({ path: `/v1/messages/batches?after_id=${messageBatch}` }),
      before_id: ({ messageBatch }) => ({ path: `/v1/messages/batches?before_id=${messageBatch}` }),
    },
  }),
  ofThing('GET /v1/messages/batches/:id', 'messageBatch', { dialect: 'anthropic' }),
  ofThing('GET /v1/messages/batches/:id/results', 'messageBatch', { dialect: 'anthropic' }),
  endpoint('POST /v1/messages/batches', {
    dialect: 'anthropic',
    request: () => ({
      path: '/v1/messages/batches',
      headers: VERSION,
      body: { requests: [{ custom_id: 'mine', params }] },
    }),
  }),
  ofThing('POST /v1/messages/batches/:id/cancel', 'messageBatch', { dialect: 'anthropic' }),
]

const fileEndpoints: readonly Endpoint[] = [
  endpoint('GET /v1/files', {
    request: () => ({ path: '/v1/files' }),
    foreign: { after: ({ inputFile }) => ({ path: `/v1/files?after=${inputFile}` }) },
  }),
  ofThing('GET /v1/files/:id', 'inputFile', {
    foreign: { 'path of an output': ({ outputFile }) => ({ path: `/v1/files/${outputFile}` }) },
  }),
  ofThing('GET /v1/files/:id/content', 'inputFile', {
    foreign: { 'path of an output': ({ outputFile }) => ({ path: `/v1/files/${outputFile}/content` }) },
  }),
  endpoint('POST /v1/files', {
    request: () => ({
      path: '/v1/files',
      headers: FORM,
      body: multipart([field('purpose', 'batch'), file(`${chatLine('r-0', 'mine')}\n`)]),
    }),
  }),
  endpoint('POST /v1/uploads', {
    request: () => ({
      path: '/v1/uploads',
      body: { purpose: 'user_data', filename: 'a.bin', bytes: 3, mime_type: 'text/x' },
    }),
  }),
  ofThing('POST /v1/uploads/:id/parts', 'upload', {
    request: ({ upload }) => ({ path: `/v1/uploads/${upload}/parts`, ...partForm('more') }),
  }),
  ofThing('POST /v1/uploads/:id/complete', 'upload', {
    request: ({ upload, part }) => ({ path: `/v1/uploads/${upload}/complete`, body: { part_ids: [part] } }),
    foreign: {
      part_ids: ({ part }, { upload }) => ({
        path: `/v1/uploads/${upload}/complete`,
        body: { part_ids: [part] },
      }),
    },
  }),
  ofThing('POST /v1/uploads/:id/cancel', 'spareUpload'),
]

const callEndpoints: readonly Endpoint[] = [
  ['/v1/chat/completions', { model: 'gpt-4.1', messages }],
  ['/v1/completions', { model: 'gpt-4.1', prompt: 'hello' }],
  ['/v1/embeddings', { model: 'text-embedding-3-small', input: 'hello' }],
  ['/v1/responses', { model: 'gpt-4.1', input: 'hello' }],
].map(([path, body]) =>
  endpoint(`POST ${path}`, { dialect: 'openai', request: () => ({ path: String(path), body }) }),
)

const messageEndpoints: readonly Endpoint[] = ['/v1/messages', '/v1/messages/count_tokens'].map((path) =>
  endpoint(`POST ${path}`, {
    dialect: 'anthropic',
    request: () => ({ path, headers: VERSION, body: { model: CLAUDE, max_tokens: 9, messages } }),
  }),
)

const webhookEndpoints: readonly Endpoint[] = [
  endpoint('GET /v1/webhooks', {
    request: () => ({ path: '/v1/webhooks' }),
    foreign: { after: ({ webhook }) => ({ path: `/v1/webhooks?after=${webhook}` }) },
  }),
  endpoint('GET /v1/webhooks/secret', { request: () => ({ path: '/v1/webhooks/secret' }) }),
  ofThing('GET /v1/webhooks/:id', 'webhook'),
  ofThing('GET /v1/webhooks/:id/deliveries', 'webhook', {
    foreign: {
      after: ({ delivery }, { webhook }) => ({
        path: `/v1/webhooks/${webhook}/deliveries?after=${delivery}`,
      }),
    },
  }),
  endpoint('POST /v1/webhooks', {
    request: () => ({ path: '/v1/webhooks', body: { url: 'https://mine.test/in' } }),
  }),
  ofThing('POST /v1/webhooks/:id', 'webhook', {
    request: ({ webhook }) => ({ path: `/v1/webhooks/${webhook}`, body: { description: 'changed' } }),
  }),
  ofThing('POST /v1/webhooks/:id/test', 'webhook'),
  ofThing('POST /v1/webhooks/:id/deliveries/:delivery/replay', 'webhook', {
    request: ({ webhook, delivery }) => ({ path: `/v1/webhooks/${webhook}/deliveries/${delivery}/replay` }),
    foreign: {
      path: ({ webhook, delivery }) => ({ path: `/v1/webhooks/${webhook}/deliveries/${delivery}/replay` }),
      'delivery of another': ({ delivery }, { webhook }) => ({
        path: `/v1/webhooks/${webhook}/deliveries/${delivery}/replay`,
      }),
    },
  }),
  ofThing('POST /v1/webhooks/:id/rotate', 'webhook'),
  endpoint('POST /v1/webhooks/secret/rotate', { request: () => ({ path: '/v1/webhooks/secret/rotate' }) }),
]

/** An operator sees all accounts: what is checked of these is who may call them. */
const adminEndpoints: readonly Endpoint[] = [
  ['GET /v1/admin/accounts'],
  ['POST /v1/admin/accounts', { name: 'made by the matrix' }],
  ['GET /v1/admin/accounts/:id', undefined, 'acct_default'],
  ['PATCH /v1/admin/accounts/:id', { name: 'renamed' }, 'acct_default'],
  ['GET /v1/admin/keys'],
  ['POST /v1/admin/keys', { name: 'made by the matrix', account: 'acct_default' }],
  ['GET /v1/admin/keys/:id', undefined, 'key_none', 404],
  ['PATCH /v1/admin/keys/:id', { name: 'renamed' }, 'key_none', 404],
  ['POST /v1/admin/keys/:id/revoke', undefined, 'key_none', 404],
  ['GET /v1/admin/deployments'],
  ['GET /v1/admin/deployments/*', undefined, 'simulator/gpt-4.1'],
  ['GET /v1/admin/batches'],
  ['GET /v1/admin/waste'],
  ['GET /v1/admin/usage'],
  ['GET /v1/admin/audit'],
].map(([line = '', body, id, status]) => {
  const [, route = ''] = String(line).split(' ')
  const path = route.replace(/:id|\*/, String(id))
  const request = () => ({ path, ...(body === undefined ? {} : { body }) })
  return endpoint(String(line), { opens: 'operator', request, status: Number(status ?? 200) })
})

const ADMIN_OF_THINGS: readonly Endpoint[] = [
  'GET /v1/admin/batches/:id',
  'POST /v1/admin/batches/:id/cancel',
].map((line) =>
  endpoint(line, {
    opens: 'operator',
    request: ({ batch }) => ({ path: line.replace(/^\w+ /, '').replace(':id', batch) }),
  }),
)

const openEndpoints: readonly Endpoint[] = ['/livez', '/readyz', '/openapi.json'].map((path) =>
  endpoint(`GET ${path}`, { opens: 'anyone', request: () => ({ path }) }),
)

/** Each endpoint of the server, those that end a thing behind those that use it. */
export const ENDPOINTS: readonly Endpoint[] = [
  ...openEndpoints,
  endpoint('GET /metrics', { opens: 'operator', request: () => ({ path: '/metrics' }) }),
  endpoint('GET /v1/models', { request: () => ({ path: '/v1/models' }) }),
  endpoint('GET /v1/models/*', { request: () => ({ path: '/v1/models/gpt-4.1' }) }),
  ...batchEndpoints,
  ...messageBatchEndpoints,
  ...callEndpoints,
  ...messageEndpoints,
  ...fileEndpoints,
  ...webhookEndpoints,
  ...adminEndpoints,
  ...ADMIN_OF_THINGS,
  ofThing('DELETE /v1/batches/:id', 'batch'),
  ofThing('DELETE /v1/messages/batches/:id', 'messageBatch', { dialect: 'anthropic' }),
  ofThing('DELETE /v1/files/:id', 'inputFile', {
    foreign: { 'path of an output': ({ outputFile }) => ({ path: `/v1/files/${outputFile}` }) },
  }),
  ofThing('DELETE /v1/webhooks/:id', 'webhook'),
]

export const nameOf = ({ method, route }: Pick<Endpoint, 'method' | 'route'>): string => `${method} ${route}`
