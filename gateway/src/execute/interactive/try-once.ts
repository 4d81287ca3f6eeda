import type { ComposeBody } from '../../batch/dialect.ts'
import type { Clock } from '../../clock/clock.ts'
import type { CallEnd, CallOrder } from '../../interactive/interactive-call.ts'
import { estimateUsage } from '../../money/estimate-usage.ts'
import type { TokenPrices } from '../../money/price.ts'
import type { Usage } from '../../money/usage.ts'
import type { Call, CallOutcome, CallRequest } from '../../provider/call.ts'
import type { Ask } from '../../provider/channel.ts'
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
  | { readonly kind: 'failed'; readonly failure: Failure; readonly outcome?: CallOutcome }

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
  const requestFor = (
    order: CallOrder,
    { deployment }: Route,
    { ask, streamed }: { ask: Ask; streamed: StreamedAnswer | undefined },
  ): CallRequest => ({
    baseUrl: deployment.baseUrl,
    path: ask.target.path,
    headers: ask.target.headers,
    body: ask.body,
    firstByteMsMax: deployment.limits.firstByteMsMax,
    totalMsMax: deployment.limits.totalMsMax,
    answerBytesMax: options.answerBytesMax(),
    signal: order.signal,
    ...(streamed ? { takerOf: streamed.takerOf } : {}),
  })

  const generatedBy = (
    { deployment }: Route,
    { ask, usage, text }: { ask: Ask; usage: Usage | undefined; text?: string },
  ): Generated => ({
    usage,
    estimate: () => {
      const billed = ask.billedText()
      return estimateUsage(text === undefined ? billed : { ...billed, output: [text] })
    },
    cost: options.costOf(deployment, options.clock.now()),
  })

  const answered = (order: CallOrder, route: Route, ask: Ask, { answer, reply }: Success): TryEnd => {
    const { status, headers, body } = reply
    return {
      kind: 'over',
      end: { kind: 'answered', status, headers, body },
      entry: chargedCall(order.purchase, generatedBy(route, { ask, usage: answer.usage })),
    }
  }

  /** Charged where all of it came, or where it is the client that did not take it; else its cost is waste. */
  const streamEnd = (
    order: CallOrder,
    route: Route,
    { streamed, ask, verdict }: { streamed: StreamedAnswer; ask: Ask; verdict: Verdict },
  ): TryEnd => {
    const generated = generatedBy(route, { ask, usage: streamed.usage(), text: streamed.text() })
    const isCharged = verdict.kind === 'success' || (verdict.class === 'aborted' && verdict.code !== 'closed')
    const broken =
      verdict.kind === 'success' ? undefined : { message: verdict.message, cutsEvent: streamed.cutsEvent }
    return {
      kind: 'over',
      end: { kind: 'streamed', broken },
      entry: isCharged ? chargedCall(order.purchase, generated) : failedCall(order.purchase, generated),
    }
  }

  const callWith = async (order: CallOrder, route: Route, ask: Ask): Promise<TryEnd> => {
    const streamed = order.stream && new StreamedAnswer(order.stream, ask.stream(order.stream))
    const called = await options.call(requestFor(order, route, { ask, streamed }))
    const { outcome, verdict } = streamed?.verdict(called) ?? ask.read(called)
    // How long a stream takes is also its reader's doing.
    if (!streamed && verdict.kind === 'success') route.typical.note(outcome.totalMs, verdict.answer.usage)
    route.permit.done(outcome, verdict)
    options.observer.tried(order, { route, outcome, verdict })
    if (streamed?.hasBegun) return streamEnd(order, route, { streamed, ask, verdict })
    if (verdict.kind === 'success') return answered(order, route, ask, verdict)
    return { kind: 'failed', failure: verdict, outcome }
  }

  return async (order, route) => {
    const asked = route.channel.ask({
      body: options.compose(order.body, order.modelStart, route.deployment.providerModel),
      isStream: order.stream !== undefined,
      ...(order.headers ? { headers: order.headers } : {}),
    })
    const ask = asked instanceof Promise ? await asked : asked
    if (ask.kind === 'ask') return callWith(order, route, ask)
    route.permit.unused()
    return { kind: 'failed', failure: ask }
  }
}
