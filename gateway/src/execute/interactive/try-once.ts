import type { ComposeBody } from '../../batch/dialect.ts'
import type { Clock } from '../../clock/clock.ts'
import type { CallEnd, CallOrder } from '../../interactive/interactive-call.ts'
import { estimateUsage } from '../../money/estimate-usage.ts'
import type { TokenPrices } from '../../money/price.ts'
import type { Usage } from '../../money/usage.ts'
import type { Call, CallOutcome, CallRequest } from '../../provider/call.ts'
import type { Deployment } from '../../provider/deployment.ts'
import type { Failure } from '../../provider/failure.ts'
import type { Success, Verdict } from '../../provider/verdict.ts'
import { chargedCall, failedCall, type Generated } from '../../settle/price-call.ts'
import type { UsageEntry } from '../../settle/usage-entry.ts'
import type { CallObserver } from '../observer.ts'
import type { Route } from '../realtime/routes.ts'
import { StreamedAnswer } from './streamed-answer.ts'

/** How one try at one deployment ended: for good, with what is to be booked, or so that another may be made. */
export type TryEnd =
  | { readonly kind: 'over'; readonly end: CallEnd; readonly entry: UsageEntry }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly outcome: CallOutcome }

/** From permit to verdict. Never rejects for what a provider or a client does. */
export type TryOnce = (order: CallOrder, route: Route) => Promise<TryEnd>

export interface TryOptions {
  readonly call: Call
  readonly clock: Clock
  /** Puts the provider's name for the model into a body. */
  readonly compose: ComposeBody
  readonly costOf: (deployment: Deployment, at: number) => TokenPrices | undefined
  readonly answerBytesMax: () => number
  readonly observer: CallObserver
}

export const createTryOnce = (options: TryOptions): TryOnce => {
  const requestFor = (order: CallOrder, route: Route, streamed: StreamedAnswer | undefined): CallRequest => {
    const { deployment, target } = route
    return {
      baseUrl: deployment.baseUrl,
      path: target.path,
      headers: target.headers,
      body: options.compose(order.body, order.modelStart, deployment.providerModel),
      firstByteMsMax: deployment.limits.firstByteMsMax,
      totalMsMax: deployment.limits.totalMsMax,
      answerBytesMax: options.answerBytesMax(),
      signal: order.signal,
      ...(streamed ? { takerOf: streamed.takerOf } : {}),
    }
  }

  const generatedBy = (
    { endpoint }: CallOrder,
    { protocol, deployment }: Route,
    told: { usage: Usage | undefined; request: Buffer; answer: Buffer; text?: string },
  ): Generated => ({
    usage: told.usage,
    estimate: () => {
      const billed = protocol.billedText({ endpoint, request: told.request, answer: told.answer })
      return estimateUsage(told.text === undefined ? billed : { ...billed, output: [told.text] })
    },
    cost: options.costOf(deployment, options.clock.now()),
  })

  const answered = (order: CallOrder, route: Route, request: Buffer, { answer, reply }: Success): TryEnd => {
    const { status, headers, body } = reply
    const generated = generatedBy(order, route, { usage: answer.usage, request, answer: body })
    return {
      kind: 'over',
      end: { kind: 'answered', status, headers, body },
      entry: chargedCall(order.purchase, generated),
    }
  }

  /** Charged where all of it came, or where it is the client that did not take it; else its cost is waste. */
  const streamEnd = (
    order: CallOrder,
    route: Route,
    { streamed, request, verdict }: { streamed: StreamedAnswer; request: Buffer; verdict: Verdict },
  ): TryEnd => {
    const told = { usage: streamed.usage(), request, answer: NOTHING, text: streamed.text() }
    const generated = generatedBy(order, route, told)
    const isCharged = verdict.kind === 'success' || (verdict.class === 'aborted' && verdict.code !== 'closed')
    const broken =
      verdict.kind === 'success' ? undefined : { message: verdict.message, cutsEvent: streamed.cutsEvent }
    return {
      kind: 'over',
      end: { kind: 'streamed', broken },
      entry: isCharged ? chargedCall(order.purchase, generated) : failedCall(order.purchase, generated),
    }
  }

  return async (order, route) => {
    const { endpoint, stream } = order
    const streamed = stream && new StreamedAnswer(stream, route.protocol.stream(endpoint, stream))
    const request = requestFor(order, route, streamed)
    const called = await options.call(request)
    const { outcome, verdict } = streamed?.verdict(called) ?? {
      outcome: called,
      verdict: route.protocol.interpret(called, endpoint),
    }
    // How long a stream takes is also its reader's doing.
    if (!streamed && verdict.kind === 'success') route.typical.note(outcome.totalMs, verdict.answer.usage)
    route.permit.done(outcome, verdict)
    options.observer.tried(order, { route, outcome, verdict })
    if (streamed?.hasBegun) return streamEnd(order, route, { streamed, request: request.body, verdict })
    if (verdict.kind === 'success') return answered(order, route, request.body, verdict)
    return { kind: 'failed', failure: verdict, outcome }
  }
}

const NOTHING = Buffer.alloc(0)
