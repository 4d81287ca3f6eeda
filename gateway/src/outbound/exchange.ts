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
}

export interface ExchangeAnswer {
  readonly status: number
  readonly location: string | undefined
  readonly retryAfter: string | undefined
}

/** What an answer says beyond its head is read so far, out of courtesy, and dropped. */
const BODY_BYTES_READ = 4_096
const HEAD_BYTES_MAX = 16_384

// A connection for each exchange, so that none outlives the check of its address; and no proxy of the environment,
// which would look the name up once more.
const AGENTS = {
  'http:': new http.Agent({ keepAlive: false, proxyEnv: {} }),
  'https:': new https.Agent({ keepAlive: false, proxyEnv: {} }),
}

export const exchange: Exchange = ({ url, address, method, headers, body, signal }) => {
  const isHttps = url.protocol === 'https:'
  const host = hostOf(url)
  const { promise, resolve, reject } = Promise.withResolvers<ExchangeAnswer>()
  const request = (isHttps ? https : http).request({
    agent: AGENTS[isHttps ? 'https:' : 'http:'],
    host: address,
    port: url.port === '' ? (isHttps ? 443 : 80) : Number(url.port),
    path: `${url.pathname}${url.search}`,
    method,
    headers: { ...headers, host: url.host, 'content-length': String(Buffer.byteLength(body)) },
    // The certificate has to be that of the name, though an address is connected to.
    ...(isHttps ? { servername: isIP(host) === 0 ? host : '' } : {}),
    maxHeaderSize: HEAD_BYTES_MAX,
    signal,
  })
  let isAnswered = false
  request.on('error', (error) => {
    // A body that breaks off changes nothing: the head has said it all.
    if (!isAnswered) reject(error)
  })
  request.on('response', (response) => {
    isAnswered = true
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > BODY_BYTES_READ) response.destroy()
    })
    response.on('error', () => undefined)
    response.on('close', () =>
      resolve({
        status: response.statusCode ?? 0,
        location: response.headers.location,
        retryAfter: response.headers['retry-after'],
      }),
    )
  })
  request.end(body)
  return promise
}
