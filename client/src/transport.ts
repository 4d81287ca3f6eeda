import { isTransient, SheepfoldError } from './error.ts'
import { readRefusal } from './read-answer.ts'

export interface TransportSettings {
  readonly baseUrl: string
  readonly apiKey: string
  readonly fetch: typeof fetch
  /** How often a call is sent again after the first time. */
  readonly retriesMax: number
  readonly backoffMs: number
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** Silence for so long means that the peer is gone: nothing was received, not even a space. */
  readonly silenceSecondsMax: number
}

const backoffMsMax = 8_000
/** A server that asks for more than this is better left to the caller. */
const retryAfterMsMax = 120_000

/** Sends until it succeeds or cannot; every call that goes through here may be sent more than once. */
export const send = async (settings: TransportSettings, call: Call): Promise<unknown> => {
  for (let again = 0; ; again++) {
    const answer = await attempt(settings, call)
    if (answer.kind === 'ok') return answer.body
    if (again >= settings.retriesMax || !isTransient(answer.error)) throw answer.error
    const waitMs = answer.retryAfterMs ?? fullJitter(settings.backoffMs, again)
    if (waitMs > retryAfterMsMax) throw answer.error
    await pause(waitMs, call.signal)
  }
}

const fullJitter = (baseMs: number, again: number) =>
  Math.random() * Math.min(backoffMsMax, baseMs * 2 ** again)

type Answer =
  | { readonly kind: 'ok'; readonly body: unknown }
  | { readonly kind: 'refused'; readonly error: SheepfoldError; readonly retryAfterMs?: number }

const attempt = async (settings: TransportSettings, call: Call): Promise<Answer> => {
  const watch = watchSilence(call.silenceSecondsMax * 1000)
  try {
    const response = await settings.fetch(`${settings.baseUrl}${call.path}`, {
      method: call.method,
      headers: {
        authorization: `Bearer ${settings.apiKey}`,
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      ...(call.body === undefined ? {} : { body: call.body }),
      signal: call.signal ? AbortSignal.any([call.signal, watch.signal]) : watch.signal,
    })
    return answerOf(response, await readText(response, watch.heard))
  } catch (cause) {
    if (call.signal?.aborted) throw interrupted(call.signal.reason)
    return { kind: 'refused', error: unreachable(settings.baseUrl, cause) }
  } finally {
    watch.stop()
  }
}

const answerOf = (response: Response, text: string): Answer => {
  const body = parsed(text)
  if (!response.ok) {
    const error = readRefusal(response.status, body ?? text)
    const retryAfterMs = retryAfterOf(response.headers.get('retry-after'))
    return retryAfterMs === undefined ? { kind: 'refused', error } : { kind: 'refused', error, retryAfterMs }
  }
  if (body !== undefined || text === '') return { kind: 'ok', body: body ?? null }
  // A long poll's status line is long gone when its server dies: what is left is half a body.
  const message = 'The answer ended before its JSON did.'
  return {
    kind: 'refused',
    error: new SheepfoldError({ status: null, code: 'unreachable', message, body: text }),
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const readText = async (response: Response, heard: () => void): Promise<string> => {
  heard()
  if (response.body === null) return ''
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of response.body) {
    heard()
    text += decoder.decode(bytes, { stream: true })
  }
  return text + decoder.decode()
}

const watchSilence = (msMax: number) => {
  const controller = new AbortController()
  const arm = () =>
    setTimeout(() => controller.abort(new Error(`nothing was received for ${msMax / 1000} s`)), msMax)
  let timer = arm()
  return {
    signal: controller.signal,
    heard: () => {
      clearTimeout(timer)
      timer = arm()
    },
    stop: () => clearTimeout(timer),
  }
}

/** Seconds or an HTTP date, as milliseconds from now. */
const retryAfterOf = (header: string | null): number | undefined => {
  if (header === null) return undefined
  const ms = /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}

const pause = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(interrupted(signal.reason))
    const stop = () => {
      clearTimeout(timer)
      reject(interrupted(signal?.reason))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })

const interrupted = (cause: unknown) =>
  new SheepfoldError({ status: null, code: 'interrupted', message: 'The call was interrupted.', cause })

/** `fetch failed` says nothing; the reason is in its cause. */
const unreachable = (baseUrl: string, cause: unknown) => {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const reason = inner instanceof Error ? inner.message || inner.name : String(inner)
  const message = `No answer from ${baseUrl}: ${reason}`
  return new SheepfoldError({ status: null, code: 'unreachable', message, cause })
}
