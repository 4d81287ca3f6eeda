import type { Dispatcher } from 'undici'
import type { Clock } from '../clock/clock.ts'
import type { CallBroken, CallOutcome, CallRequest } from './call.ts'

type Controller = Dispatcher.DispatchController
type ResponseHeaders = Record<string, string | string[] | undefined>

/**
 * One call while it runs, as undici's own handler: no adapter, stream or event emitter lies between the
 * parser and this object, which is what makes it half as dear as `request()`.
 *
 * It has two ends. It is *settled* once, when its outcome is known; its connection is *released* when
 * undici is done with it. A call that timed out while connecting is settled long before it is released.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly request: CallRequest
  readonly path: string
  readonly startedAt: number
  private readonly origin: string
  private readonly clock: Clock
  private readonly settle: (exchange: Exchange, outcome: CallOutcome) => void
  private release: (() => void) | undefined
  private controller: Controller | undefined
  private status = 0
  private headers: Readonly<Record<string, string>> = {}
  private firstByteAt = 0
  private first: Buffer | undefined
  private more: Buffer[] | undefined
  private bytes = 0
  private settled = false

  constructor(
    request: CallRequest,
    place: { origin: string; path: string },
    clock: Clock,
    settle: (exchange: Exchange, outcome: CallOutcome) => void,
  ) {
    this.request = request
    this.path = place.path
    this.origin = place.origin
    this.clock = clock
    this.settle = settle
    this.startedAt = clock.monotonic()
  }

  get isSettled(): boolean {
    return this.settled
  }

  /** From here on undici owns the exchange, and says when its connection is free again. */
  connectionGiven(release: () => void): void {
    this.release = release
  }

  /** Undici calls this when it is about to write the request to a connected socket, not before. */
  onRequestStart(controller: Controller): void {
    this.controller = controller
    if (this.settled) controller.abort(new Error('settled before it was sent'))
  }

  onResponseStart(_controller: Controller, status: number, headers: ResponseHeaders): void {
    if (status < 200) return
    this.status = status
    this.headers = plainHeaders(headers)
    this.firstByteAt = this.clock.monotonic()
    if (Number(this.headers['content-length'] ?? 0) > this.request.answerBytesMax) this.stopTooLarge()
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    if (this.settled) return
    this.bytes += chunk.length
    if (this.bytes > this.request.answerBytesMax) this.stopTooLarge()
    else if (this.first === undefined) this.first = chunk
    else if (this.more === undefined) this.more = [this.first, chunk]
    else this.more.push(chunk)
  }

  onResponseEnd(): void {
    if (!this.settled) {
      const now = this.clock.monotonic()
      this.finish({
        kind: 'answer',
        status: this.status,
        headers: this.headers,
        body: this.more ? Buffer.concat(this.more, this.bytes) : (this.first ?? Buffer.alloc(0)),
        firstByteMs: this.firstByteAt - this.startedAt,
        totalMs: now - this.startedAt,
      })
    }
    this.free()
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    if (!this.settled) this.broke(error)
    this.free()
  }

  /** Called by the sweep over all calls that run. */
  checkTime(now: number): void {
    const ms = now - this.startedAt
    const { firstByteMsMax, totalMsMax } = this.request
    if (this.status === 0 && ms >= firstByteMsMax) {
      if (this.controller === undefined) {
        this.stop('connect', `no connection to ${this.origin} within ${firstByteMsMax} ms`)
      } else this.stop('first_byte_timeout', `no answer began within ${firstByteMsMax} ms`)
    } else if (ms >= totalMsMax) {
      this.stop('total_timeout', `no whole answer within ${totalMsMax} ms; ${this.bytes} bytes of it came`)
    }
  }

  /** Ends the call from our side; the connection is given up with it. */
  stop(cause: CallBroken['cause'], message: string): void {
    if (this.settled) return
    this.finish({ kind: 'broken', cause, message, totalMs: this.clock.monotonic() - this.startedAt })
    this.controller?.abort(new Error(message))
  }

  private stopTooLarge(): void {
    this.stop('too_large', `the answer is longer than ${this.request.answerBytesMax} bytes`)
  }

  /** The request was never written unless a controller came: then the provider cannot have billed it. */
  private broke(error: Error): void {
    const totalMs = this.clock.monotonic() - this.startedAt
    const why = describe(error)
    if (this.controller === undefined) {
      const message = `no connection to ${this.origin}: ${why}`
      this.finish({ kind: 'broken', cause: 'connect', message, totalMs })
      return
    }
    const message =
      this.status === 0
        ? `the connection broke before an answer began: ${why}`
        : `the answer (status ${this.status}) broke off after ${this.bytes} bytes: ${why}`
    this.finish({ kind: 'broken', cause: 'reset', message, totalMs })
  }

  private finish(outcome: CallOutcome): void {
    this.settled = true
    this.first = undefined
    this.more = undefined
    this.settle(this, outcome)
  }

  private free(): void {
    const release = this.release
    this.release = undefined
    release?.()
  }
}

/** Undici lower-cases the names; a header that came twice is a list, which HTTP lets us join. */
const plainHeaders = (headers: ResponseHeaders): Readonly<Record<string, string>> => {
  if (isPlain(headers)) return headers
  const plain: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) plain[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return plain
}

const isPlain = (headers: ResponseHeaders): headers is Record<string, string> => {
  for (const name in headers) {
    if (typeof headers[name] !== 'string') return false
  }
  return true
}

/** Node reports several refused addresses as one error without a message. */
const describe = (error: Error): string => {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map((each) => (each instanceof Error ? each.message : String(each))).join('; ')
  }
  return error.message === '' ? error.name : error.message
}
