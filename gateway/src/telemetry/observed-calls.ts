import type { Clock } from '../clock/clock.ts'
import type { CallEnd, CallOrder, InteractiveCall, StreamWish } from '../interactive/interactive-call.ts'

/** What an ordinary call came to, in the words of `sheepfold_realtime_calls_total`. */
export type CallResult =
  | 'answered'
  | 'provider_error'
  | 'cut'
  | 'left'
  | Extract<CallEnd, { kind: 'refused' }>['reason']

export interface EndedCall {
  readonly order: CallOrder
  readonly result: CallResult
  readonly ms: number
  /** Until the first piece of a stream went out; undefined where it is no stream, or none was begun. */
  readonly firstByteMs: number | undefined
}

/** The same calls; the observer is told what came of each. */
export const observedCalls =
  (call: InteractiveCall, clock: Clock, ended: (call: EndedCall) => void): InteractiveCall =>
  async (order) => {
    const begun = clock.monotonic()
    let firstByteMs: number | undefined
    const noteFirst = (stream: StreamWish): StreamWish => ({
      ...stream,
      begin(head, flow) {
        firstByteMs = clock.monotonic() - begun
        return stream.begin(head, flow)
      },
    })
    const end = await call(order.stream ? { ...order, stream: noteFirst(order.stream) } : order)
    ended({ order, result: resultOf(end), ms: clock.monotonic() - begun, firstByteMs })
    return end
  }

const resultOf = (end: CallEnd): CallResult => {
  switch (end.kind) {
    case 'answered':
      return end.status < 400 ? 'answered' : 'provider_error'
    case 'streamed':
      return end.broken === undefined ? 'answered' : 'cut'
    case 'refused':
      return end.reason
    case 'left':
      return 'left'
  }
}
