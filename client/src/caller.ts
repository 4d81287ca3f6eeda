import { type Call, open, send, type TransportSettings } from './transport.ts'

export interface CallOptions {
  /** Ends the call with a `SheepfoldError` of code `interrupted`; what the server does goes on. */
  readonly signal?: AbortSignal
}

export interface WaitOptions extends CallOptions {
  /** The server answers as soon as the batch has ended, after so many seconds at the latest. Default 0. */
  readonly waitSeconds?: number
}

/** A server sends a space every 5 s into a long poll, so a minute of silence is a dead peer. */
const silenceSecondsMax = 60
/** A create of 64 MB is silent while it is uploaded and checked. */
export const uploadSilenceSecondsMax = 600

/** What every group of calls is made of. */
export interface Caller {
  call(method: Call['method'], path: string, options?: CallOptions, rest?: Partial<Call>): Promise<unknown>
  /** A long poll; of what is said twice for older clients, once. */
  wait(path: string, options?: WaitOptions): Promise<unknown>
  /** The bytes of an answer as they come. */
  open(path: string, options?: CallOptions): Promise<AsyncIterable<Uint8Array>>
}

export const createCaller = (settings: TransportSettings): Caller => {
  const call: Caller['call'] = (method, path, { signal } = {}, rest = {}) =>
    send(settings, { method, path, signal, silenceSecondsMax, ...rest })
  return {
    call,
    wait: (path, { waitSeconds = 0, ...options } = {}) =>
      call('GET', path, options, {
        headers: { prefer: `wait=${waitSeconds}, return=minimal` },
        silenceSecondsMax: silenceSecondsMax + waitSeconds,
      }),
    open: (path, { signal } = {}) => open(settings, { method: 'GET', path, signal, silenceSecondsMax }),
  }
}

export const batchPath = (id: string): string => `/v1/batches/${encodeURIComponent(id)}`

/** What is undefined is left out. */
export const query = (fields: Readonly<Record<string, string | number | undefined>>): string => {
  const given = Object.entries(fields).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  )
  return given.length === 0 ? '' : `?${given.join('&')}`
}
