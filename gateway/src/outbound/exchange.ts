import http from 'node:http'
import https from 'node:https'
import { isIP } from 'node:net'
import { hostOf } from './network-rules.ts'

/** One HTTP exchange with a host at exactly one address. */
export type Exchange = (order: ExchangeOrder) => Promise<ExchangeAnswer>

export interface ExchangeOrder {
  readonly url: URL
  /** Of `url`'s host: it is connected to, and nothing is looked up again. */
  readonly address: string
  readonly method: 'GET' | 'POST'
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
  /** The body of an answer is kept up to here; without it, none is. */
  readonly answerBytesMax?: number
}

export interface ExchangeAnswer {
  readonly status: number
  readonly location: string | undefined
  readonly retryAfter: string | undefined
  /** Only where it was asked for. */
  readonly content?: AnswerContent
}

export interface AnswerContent {
  readonly type: string | undefined
  readonly encoding: string | undefined
  /** Undefined where there is more than was allowed. */
  readonly bytes: Buffer | undefined
}

/** What an answer whose body nobody wants says beyond its head is read so far, out of courtesy, and dropped. */
const BODY_BYTES_READ = 4_096
const HEAD_BYTES_MAX = 16_384

// A connection for each exchange, so that none outlives the check of its address; and no proxy of the environment,
// which would look the name up once more.
const AGENTS = {
  'http:': new http.Agent({ keepAlive: false, proxyEnv: {} }),
  'https:': new https.Agent({ keepAlive: false, proxyEnv: {} }),
}

export const exchange: Exchange = ({ url, address, method, headers, body, signal, answerBytesMax }) => {
  const isHttps = url.protocol === 'https:'
  const host = hostOf(url)
  const { promise, resolve, reject } = Promise.withResolvers<ExchangeAnswer>()
  const request = (isHttps ? https : http).request({
    agent: AGENTS[isHttps ? 'https:' : 'http:'],
    host: address,
    port: url.port === '' ? (isHttps ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    method,
    headers: { ...headers, host: url.host, ...lengthOf(method, body) },
    // The certificate has to be that of the name, though an address is connected to.
    ...(isHttps ? { servername: isIP(host) === 0 ? host : '' } : {}),
    maxHeaderSize: HEAD_BYTES_MAX,
    signal,
  })
  let isAnswered = false
  request.on('error', (error) => {
    // What breaks off after the head is for whoever reads the body.
    if (!isAnswered) reject(error)
  })
  request.on('response', (response) => {
    isAnswered = true
    if (answerBytesMax === undefined) return dropBody(response, () => resolve(headOf(response)))
    readBody(response, answerBytesMax).then(
      (bytes) => resolve({ ...headOf(response), content: contentOf(response, bytes) }),
      reject,
    )
  })
  request.end(body)
  return promise
}

/** A GET has no body, and some servers refuse one of zero bytes. */
const lengthOf = (method: ExchangeOrder['method'], body: string): Record<string, string> =>
  method === 'GET' && body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }

const headOf = ({ statusCode, headers }: http.IncomingMessage): ExchangeAnswer => ({
  status: statusCode ?? 0,
  location: headers.location,
  retryAfter: headers['retry-after'],
})

const contentOf = ({ headers }: http.IncomingMessage, bytes: Buffer | undefined): AnswerContent => ({
  type: headers['content-type'],
  encoding: headers['content-encoding'],
  bytes,
})

/** A body that breaks off changes nothing: the head has said it all. */
const dropBody = (response: http.IncomingMessage, onClose: () => void): void => {
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > BODY_BYTES_READ) response.destroy()
  })
  response.on('error', () => undefined)
  response.on('close', onClose)
}

/** Undefined for a body of more than `bytesMax`, of which no more is read. */
const readBody = (response: http.IncomingMessage, bytesMax: number): Promise<Buffer | undefined> => {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>()
  const tooLong = (): void => {
    resolve(undefined)
    response.destroy()
  }
  if (Number(response.headers['content-length']) > bytesMax) tooLong()
  const chunks: Buffer[] = []
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > bytesMax) tooLong()
    else chunks.push(chunk)
  })
  response.on('error', reject)
  response.on('end', () => resolve(Buffer.concat(chunks)))
  response.on('close', () => reject(new Error('the answer broke off')))
  return promise
}
