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
  /** Text is sent as JSON; a form brings its own content type. */
  readonly body?: string | FormData
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** Silence for so long means that the peer is gone: nothing was received, not even a space. */
  readonly silenceSecondsMax: number
  /** Instead of the settings': 0 for what must not be done twice. */
  readonly retriesMax?: number | undefined
}

const backoffMsMax = 8_000
/** A server that asks for more than this is better left to the caller. */
const retryAfterMsMax = 120_000

/** Sends until it succeeds or cannot; every call that goes through here may be sent more than once. */
export const send = (settings: TransportSettings, call: Call): Promise<unknown> =>
  untilAnswered(settings, call, () => attempt(settings, call))

/** As `send`, up to the first byte of the answer; what breaks after that is thrown to whoever reads. */
export const open = (settings: TransportSettings, call: Call): Promise<AsyncIterable<Uint8Array>> =>
  untilAnswered(settings, call, () => attemptOpen(settings, call))

const untilAnswered = async <T>(
  settings: TransportSettings,
  call: Call,
  attemptOnce: () => Promise<Answer<T>>,
): Promise<T> => {
  const retriesMax = call.retriesMax ?? settings.retriesMax
  for (let again = 0; ; again++) {
    const answer = await attemptOnce()
    if (answer.kind === 'ok') return answer.body
    if (again >= retriesMax || !isTransient(answer.error)) throw answer.error
    const waitMs = answer.retryAfterMs ?? fullJitter(settings.backoffMs, again)
    if (waitMs > retryAfterMsMax) throw answer.error
    await pause(waitMs, call.signal)
  }
}

const fullJitter = (baseMs: number, again: number) =>
  Math.random() * Math.min(backoffMsMax, baseMs * 2 ** again)

type Answer<T> =
  | { readonly kind: 'ok'; readonly body: T }
  | { readonly kind: 'refused'; readonly error: SheepfoldError; readonly retryAfterMs?: number }

const attempt = async (settings: TransportSettings, call: Call): Promise<Answer<unknown>> => {
  const watch = watchSilence(call.silenceSecondsMax * 1000)
  try {
    const response = await request(settings, call, watch.signal)
    return answerOf(response, await readText(response, watch.heard))
  } catch (cause) {
    return failed(settings, call, cause)
  } finally {
    watch.stop()
  }
}

const attemptOpen = async (
  settings: TransportSettings,
  call: Call,
): Promise<Answer<AsyncIterable<Uint8Array>>> => {
  const watch = watchSilence(call.silenceSecondsMax * 1000)
  try {
    const response = await request(settings, call, watch.signal)
    watch.heard()
    if (response.ok) return { kind: 'ok', body: readBytes(settings, call, response, watch) }
    const refused = refusalOf(response, await readText(response, watch.heard))
    watch.stop()
    return refused
  } catch (cause) {
    watch.stop()
    return failed(settings, call, cause)
  }
}

const request = (settings: TransportSettings, call: Call, silence: AbortSignal): Promise<Response> =>
  settings.fetch(`${settings.baseUrl}${call.path}`, {
    method: call.method,
    headers: {
      authorization: `Bearer ${settings.apiKey}`,
      ...(typeof call.body === 'string' ? { 'content-type': 'application/json' } : {}),
      ...call.headers,
    },
    ...(call.body === undefined ? {} : { body: call.body }),
    signal: call.signal ? AbortSignal.any([call.signal, silence]) : silence,
  })

const failed = (settings: TransportSettings, call: Call, cause: unknown): Answer<never> => {
  if (call.signal?.aborted) throw interrupted(call.signal.reason)
  return { kind: 'refused', error: unreachable(settings.baseUrl, cause) }
}

async function* readBytes(
  settings: TransportSettings,
  call: Call,
  response: Response,
  watch: ReturnType<typeof watchSilence>,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of response.body ?? []) {
      watch.heard()
      yield bytes
    }
  } catch (cause) {
    if (call.signal?.aborted) throw interrupted(call.signal.reason)
    throw unreachable(settings.baseUrl, cause)
  } finally {
    watch.stop()
  }
}

const refusalOf = (response: Response, text: string): Answer<never> => {
  const error = readRefusal(response.status, parsed(text) ?? text)
  const retryAfterMs = retryAfterOf(response.headers.get('retry-after'))
  return retryAfterMs === undefined ? { kind: 'refused', error } : { kind: 'refused', error, retryAfterMs }
}

const answerOf = (response: Response, text: string): Answer<unknown> => {
  if (!response.ok) return refusalOf(response, text)
  const body = parsed(text)
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
