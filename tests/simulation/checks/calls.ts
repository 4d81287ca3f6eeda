import { hasBit } from '../../../gateway/src/batch/done-bits.ts'
import type { Clock } from '../../../gateway/src/clock/clock.ts'
import { costAt } from '../../../gateway/src/money/cost-book.ts'
import { estimateUsage } from '../../../gateway/src/money/estimate-usage.ts'
import { priceOf } from '../../../gateway/src/money/price.ts'
import type { Usage } from '../../../gateway/src/money/usage.ts'
import type { CallOutcome, CallRequest } from '../../../gateway/src/provider/call.ts'
import { openaiProtocol } from '../../../gateway/src/provider/openai/protocol.ts'
import type { Logbook } from '../logbook.ts'
import { readMark } from '../orders.ts'
import type { SimProcess } from '../process.ts'
import { COST_BOOKS, DEPLOYMENTS } from '../provider.ts'
import type { Scheduler } from '../scheduler.ts'
import { nameOf, type Request, type Truth } from '../truth.ts'
import type { HeldShard, Memory } from './memory.ts'
import type { Places } from './places.ts'
import type { Suspicions } from './suspicions.ts'

/** An answer that a provider gave to a process that was there to take it. */
export interface GivenAnswer {
  readonly usage: Usage
  readonly estimated: boolean
  readonly cost: bigint
  readonly costUnknown: boolean
}

/** The process that calls, as the checks see it. */
export interface Calling {
  readonly process: SimProcess
  readonly clock: Clock
  readonly memory: Memory
  readonly trouble: () => boolean
  /** How many calls its gates allow in flight. */
  readonly limit: () => number
}

type CallState = 'in flight' | 'failed' | 'answered'

export interface CallChecks {
  /** Judges a call that starts; the returned function notes how it ends. */
  starts(by: Calling, request: CallRequest): (outcome: CallOutcome) => void
  given(request: Request): readonly GivenAnswer[]
  /** What the answers that this worker was given have cost. */
  costOf(worker: string): bigint
  count(): number
}

export const createCallChecks = (order: {
  scheduler: Scheduler
  logbook: Logbook
  truth: Truth
  places: Places
  suspicions: Suspicions
}): CallChecks => {
  const { scheduler, logbook, truth, places, suspicions } = order
  const given = new Map<string, GivenAnswer[]>()
  const last = new Map<string, CallState>()
  const costs = new Map<string, bigint>()
  let calls = 0

  const judge = (by: Calling, request: Request, held: HeldShard | undefined, position: number): void => {
    const { memory, clock, process } = by
    const what = `${process.name} called for ${nameOf(request)}`
    const wrong = (why: string): void => logbook.violation(`${what} ${why}`)
    if (!held) return void wrong('without holding its shard')
    const { worker, claimed, askedAt } = held
    const event = scheduler.event()
    const now = clock.monotonic()
    if (held.givenBack) wrong('after it had given its shard back')
    if (now >= (memory.leases.get(worker) ?? Number.NEGATIVE_INFINITY)) wrong('after its lease was over')
    if (memory.knowsStop(claimed.batch, event)) wrong('though it knew that the batch stops')
    if (memory.stoppedIn < event) wrong('though it was told to stop')
    if (now >= askedAt + claimed.windowEnd - claimed.claimedAt) wrong('after the window had ended')
    if (by.trouble()) wrong('though there is no room on the disk')
    if (hasBit(claimed.done, position)) wrong('though it was claimed as answered')
    const before = last.get(`${worker} ${nameOf(request)}`)
    if (before === 'in flight') wrong('while a call for it was in flight')
    if (before === 'answered') wrong('though it had its answer')
    const waiting = memory.unacknowledged.get(worker) ?? 0
    // And one: a gate lets the next call in before the answer that made room has reached the sink.
    const bound = 2 * Math.max(memory.inFlight.get(worker) ?? 0, by.limit()) + 1
    if (waiting > bound) wrong(`while ${waiting} answers were not acknowledged, above ${bound}`)
  }

  const answerOf = (request: CallRequest, outcome: CallOutcome, by: Calling): GivenAnswer | undefined => {
    const endpoint = `/v1${request.path}`
    const verdict = openaiProtocol.interpret(outcome, endpoint)
    if (verdict.kind !== 'success') return undefined
    const { usage } = verdict.answer
    const exchange = { endpoint, request: request.body, answer: verdict.reply.body }
    const deployment = DEPLOYMENTS.find(({ baseUrl }) => baseUrl === request.baseUrl)
    const book = deployment && costAt(COST_BOOKS, deployment.costBook, by.clock.now())
    const known = usage ?? estimateUsage(openaiProtocol.billedText(exchange))
    return {
      usage: known,
      estimated: usage === undefined,
      cost: book ? priceOf(known, book.list) : 0n,
      costUnknown: book === undefined,
    }
  }

  return {
    starts(by, request) {
      calls += 1
      const mark = readMark(String(request.body))
      const asked = truth.request(mark.order, mark.index)
      const place = places.of(asked)
      const held = place && by.memory.held.get(place.shard)
      judge(by, asked, held, place?.position ?? 0)
      const worker = held?.worker ?? 'nobody'
      const key = `${worker} ${nameOf(asked)}`
      last.set(key, 'in flight')
      by.memory.add('inFlight', worker, 1)
      if (place) suspicions.calls(worker, place.shard)
      logbook.line(`${by.process.name} calls ${nameOf(asked)} at ${request.baseUrl}`)
      return (outcome) => {
        by.memory.add('inFlight', worker, -1)
        if (place) suspicions.isOver(worker, place.shard)
        const answer = answerOf(request, outcome, by)
        last.set(key, answer ? 'answered' : 'failed')
        const how = outcome.kind === 'answer' ? String(outcome.status) : outcome.cause
        logbook.line(`${by.process.name} got ${how} for ${nameOf(asked)}`)
        if (!answer) return
        by.memory.add('unacknowledged', worker, 1)
        costs.set(worker, (costs.get(worker) ?? 0n) + answer.cost)
        given.set(nameOf(asked), [...(given.get(nameOf(asked)) ?? []), answer])
      }
    },
    given: (request) => given.get(nameOf(request)) ?? [],
    costOf: (worker) => costs.get(worker) ?? 0n,
    count: () => calls,
  }
}
