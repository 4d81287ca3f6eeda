import type { AnswerEntry } from '../../batch/answer-frame.ts'
import { type Clock, type Random, sleep } from '../../clock/clock.ts'
import { estimateUsage } from '../../money/estimate-usage.ts'
import type { TokenPrices } from '../../money/price.ts'
import type { Call, CallOutcome, CallRequest } from '../../provider/call.ts'
import type { Ask } from '../../provider/channel.ts'
import type { Deployment } from '../../provider/deployment.ts'
import type { Failure } from '../../provider/failure.ts'
import type { Success, Verdict } from '../../provider/verdict.ts'
import { priceAnswer } from '../../settle/price-answer.ts'
import type { Sink } from '../../settle/sink.ts'
import type { ShardStore } from '../../storage/engine.ts'
import type { ExecuteObserver } from '../observer.ts'
import { nextStep } from './backoff.ts'
import { unpaidEntry } from './finish.ts'
import type { Route } from './routes.ts'
import type { Pending, ShardRun } from './shard-run.ts'

/**
 * What the engine does with the request next. `again`: at once, by another deployment or a later permit.
 * `unsent`: there was no call, so it proves nothing about the request.
 */
export type Next =
  | { kind: 'over' }
  | { kind: 'again' }
  | { kind: 'retry'; afterMs: number }
  | { kind: 'unsent'; afterMs: number }

export interface Attempt {
  /** One call for one request, from permit to sink. Never rejects. */
  run(pending: Pending, route: Route): Promise<Next>
  /** Fails the request that killed the workers which sent it. */
  poison(run: ShardRun, request: { position: number; customId: string }): void
}

export interface AttemptOptions {
  readonly call: Call
  readonly clock: Clock
  readonly random: Random
  readonly sink: Sink
  readonly store: Pick<ShardStore, 'suspect'>
  readonly observer: ExecuteObserver
  /** May a call start now: is the lease held, is there room on the disk? */
  readonly mayStart: () => boolean
  readonly costOf: (deployment: Deployment, at: number) => TokenPrices | undefined
  readonly crash: (point: string, detail?: string) => void
  readonly answerBytesMax: number
}

/** Before the store is told again which request runs alone, or that none does, after it refused. */
const SUSPECT_RETRY_MS = 1_000

/** Behind the end of the window: by then the store has told the batch to stop. */
const AFTER_DEADLINE_MS = 1_000

const OVER: Next = { kind: 'over' }
const AGAIN: Next = { kind: 'again' }
const UNSENT: Next = { kind: 'unsent', afterMs: SUSPECT_RETRY_MS }

export const createAttempt = (options: AttemptOptions): Attempt => {
  const { clock, sink, observer } = options

  const record = (pending: Pending, entry: AnswerEntry): void => {
    const { claimed } = pending.run
    if (pending.run.markAnswered(pending.position)) {
      sink.add(claimed.id, entry)
      observer.answered(claimed, entry)
    } else {
      sink.waste(claimed.id, entry.cost)
      observer.wasted(claimed, entry.cost)
    }
  }

  const succeed = (pending: Pending, route: Route, { answer, reply }: Success, ask: Ask): Next => {
    const { run } = pending
    const priced = priceAnswer({
      usage: answer.usage,
      estimate: () => estimateUsage(ask.billedText()),
      sell: run.sell,
      cost: options.costOf(route.deployment, clock.now()),
    })
    const line = run.dialect.line({
      batch: run.claimed.batch,
      customId: pending.customId,
      index: run.table.batchIndex(pending.position),
      kind: 'succeeded',
      model: run.claimed.model,
      text: answer.text,
      finishReason: answer.finishReason,
      usage: priced.usage,
      charge: priced.charge,
      error: null,
      reply,
    })
    const latencyMs = clock.monotonic() - (pending.firstCallAt ?? clock.monotonic())
    record(pending, { ...priced, position: pending.position, kind: 'succeeded', latencyMs, line })
    return OVER
  }

  const fail = (pending: Pending, failure: Failure): Next => {
    const { code, message, status, providerError } = failure
    const latencyMs = clock.monotonic() - (pending.firstCallAt ?? clock.monotonic())
    const error = {
      code,
      message,
      ...(status === undefined ? {} : { status }),
      ...(providerError === undefined ? {} : { providerError }),
    }
    record(pending, unpaidEntry(pending.run, pending, 'failed', error, latencyMs))
    return OVER
  }

  const afterFailure = (pending: Pending, route: Route, failure: Failure): Next => {
    const { deadline } = pending.run
    const now = clock.monotonic()
    const step = nextStep(pending.history, failure, now, deadline, options.random)
    pending.history = step.history
    pending.failedOn = new Set([...pending.failedOn, route.deployment.id])
    switch (step.do) {
      case 'fail':
        // Running out of time is not the request's fault: it stays unanswered, and expires with its batch.
        return step.because === 'deadline'
          ? { kind: 'retry', afterMs: Math.max(0, deadline - now) + AFTER_DEADLINE_MS }
          : fail(pending, failure)
      case 'close_deployment':
        observer.retried(route, failure)
        return AGAIN
      case 'retry':
        observer.retried(route, failure)
        return { kind: 'retry', afterMs: step.afterMs }
    }
  }

  const requestFor = ({ run }: Pending, { deployment }: Route, { target, body }: Ask): CallRequest => ({
    baseUrl: deployment.baseUrl,
    path: target.path,
    headers: target.headers,
    body,
    firstByteMsMax: deployment.limits.firstByteMsMax,
    totalMsMax: deployment.limits.totalMsMax,
    answerBytesMax: options.answerBytesMax,
    signal: run.abort.signal,
  })

  const mayStillCall = (run: ShardRun): boolean =>
    options.mayStart() && !run.isStopped() && clock.monotonic() < run.deadline

  /** From permit to sink; without an await before the call, so that what allowed it still holds. */
  const execute = async (pending: Pending, route: Route): Promise<Next> => {
    options.crash('execute.before_call', pending.customId)
    const { run } = pending
    const refusal = run.dialect.refusal?.(pending.variant)
    if (refusal !== undefined) {
      route.permit.unused()
      return fail(pending, refusedHere(refusal))
    }
    const asked = route.channel.ask({
      body: run.compose(pending.fragment, pending.variant, route.deployment.providerModel),
      isStream: false,
      scope: run.claimed.batch,
      ...(run.headers && { headers: run.headers }),
    })
    const isFetching = asked instanceof Promise
    const ask = isFetching ? await asked : asked
    if (ask.kind === 'failure' || (isFetching && !mayStillCall(run))) {
      route.permit.unused()
      return ask.kind === 'failure' ? afterFailure(pending, route, ask) : UNSENT
    }
    return callWith(pending, route, ask)
  }

  const callWith = async (pending: Pending, route: Route, ask: Ask): Promise<Next> => {
    pending.firstCallAt ??= clock.monotonic()
    const { outcome, verdict } = ask.read(await options.call(requestFor(pending, route, ask)))
    noteTypical(route, outcome, verdict)
    route.permit.done(outcome, verdict)
    observer.called(pending.run.claimed, { route, position: pending.position, outcome, verdict })
    return verdict.kind === 'success'
      ? succeed(pending, route, verdict, ask)
      : afterFailure(pending, route, verdict)
  }

  /**
   * A request that runs alone is named before and cleared after, so that the death of the worker accuses
   * what was under way and nothing else.
   */
  const executeAlone = async (pending: Pending, route: Route): Promise<Next> => {
    const { run } = pending
    const isNamed = await named(pending)
    // Naming took its time: the lease may be over by now, the batch stopped, its window at an end.
    const mayCall = isNamed && mayStillCall(run)
    if (!mayCall) route.permit.unused()
    const next = mayCall ? await execute(pending, route) : UNSENT
    // Also where it could not be named: the store may have heard it, and its reply was lost.
    await clear(run)
    return next
  }

  const named = async (pending: Pending): Promise<boolean> => {
    const { run } = pending
    try {
      const { kind } = await options.store.suspect(run.ref, pending.position)
      if (kind === 'lost') run.stopCause = 'lost'
      return kind === 'recorded'
    } catch {
      // The store is away; nothing may be sent that it does not know of.
      return false
    }
  }

  const clear = async (run: ShardRun): Promise<void> => {
    for (;;) {
      try {
        const { kind } = await options.store.suspect(run.ref, null)
        if (kind === 'lost') run.stopCause = 'lost'
        return
      } catch {
        await sleep(clock, SUSPECT_RETRY_MS)
      }
    }
  }

  return {
    run: (pending, route) => (pending.run.cautious ? executeAlone(pending, route) : execute(pending, route)),
    poison(run, request) {
      if (!run.markAnswered(request.position)) return
      const entry = unpaidEntry(run, request, 'failed', POISON, 0)
      sink.add(run.claimed.id, entry)
      observer.answered(run.claimed, entry)
    },
  }
}

/** As if its provider had said it. */
const refusedHere = (message: string): Failure => ({
  kind: 'failure',
  class: 'bad_request',
  status: 400,
  code: 'invalid_request_error',
  message,
})

const noteTypical = ({ typical }: Route, outcome: CallOutcome, verdict: Verdict): void => {
  if (verdict.kind === 'success') typical.note(outcome.totalMs, verdict.answer.usage)
}

const POISON = {
  code: 'poison',
  message:
    'Every worker that sent this request died doing so. It was set aside so that the others are answered.',
}
